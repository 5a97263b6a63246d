-- The operator of the index decides, not the one that search_path would find: citext compared as text would miss rows.
CREATE OR REPLACE FUNCTION dup_select.plan_equality(opclass oid) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
    FROM pg_opclass c
    JOIN pg_amop m ON m.amopfamily = c.opcfamily AND m.amopstrategy = 3 AND m.amoppurpose = 's'
                  AND m.amoplefttype = c.opcintype AND m.amoprighttype = c.opcintype
    JOIN pg_operator o ON o.oid = m.amopopr
    JOIN pg_namespace n ON n.oid = o.oprnamespace
    WHERE c.oid = opclass
$$;

ALTER FUNCTION dup_select.plan_equality(oid) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_equality(oid) IS
    'The equality operator of an operator class, qualified.';
REVOKE ALL ON FUNCTION dup_select.plan_equality(oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_equality(oid) TO PUBLIC;
