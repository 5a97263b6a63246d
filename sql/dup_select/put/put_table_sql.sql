CREATE OR REPLACE FUNCTION dup_select.put_table_sql(
    source regclass, target regclass, mapping jsonb DEFAULT NULL, natural_keys jsonb DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_plan jsonb := dup_select.plan(target, mapping, source, natural_keys, false);
BEGIN
    RETURN (
        SELECT string_agg(concat(
            '-- ' || s.title || chr(10),
            '-- Repeat both until the INSERT finds nothing to insert.' || CASE WHEN s.once IS NULL THEN chr(10) END,
            s.once || ';' || chr(10), s.resolve || ';' || chr(10), s.missing || ';' || chr(10)), chr(10) ORDER BY s.n)
        FROM dup_select.put_statements(v_plan, source) WITH ORDINALITY AS s (title, once, resolve, missing, pending, n)
    ) || chr(10) || dup_select.put_answer(v_plan) || ';' || chr(10);
END
$$;

ALTER FUNCTION dup_select.put_table_sql(regclass, regclass, jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_table_sql(regclass, regclass, jsonb, jsonb) IS
    'The statements that put_table runs. Errors: those of the mapping.';
REVOKE ALL ON FUNCTION dup_select.put_table_sql(regclass, regclass, jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_table_sql(regclass, regclass, jsonb, jsonb) TO PUBLIC;
