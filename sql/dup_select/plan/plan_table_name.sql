CREATE OR REPLACE FUNCTION dup_select.plan_table_name(relation oid) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('%I.%I', n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation
$$;

ALTER FUNCTION dup_select.plan_table_name(oid) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_table_name(oid) IS
    'Schema-qualified name of a table, quoted where needed. NULL for no table.';
REVOKE ALL ON FUNCTION dup_select.plan_table_name(oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_table_name(oid) TO PUBLIC;
