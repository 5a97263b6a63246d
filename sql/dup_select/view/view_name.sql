CREATE OR REPLACE FUNCTION dup_select.view_name(target oid, given text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_parts text[] := parse_ident(given);
BEGIN
    IF cardinality(v_parts) > 2 THEN
        RAISE EXCEPTION 'a view is named by schema and name, not %', given USING ERRCODE = 'invalid_name';
    END IF;
    RETURN (SELECT format('%I.%I', CASE cardinality(v_parts) WHEN 2 THEN v_parts[1] ELSE n.nspname END,
                coalesce(v_parts[cardinality(v_parts)], dup_select.plan_identifier(c.relname || '_in')))
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = target);
END
$$;

ALTER FUNCTION dup_select.view_name(oid, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_name(oid, text) IS
    'Qualified name of the inserter view: as given, else <table>_in beside the table. Errors: 42602.';
REVOKE ALL ON FUNCTION dup_select.view_name(oid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_name(oid, text) TO PUBLIC;
