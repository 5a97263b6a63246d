-- A mapping is evaluated under the search_path under which it was checked, the rest under the caller's, as put_table does.
CREATE OR REPLACE FUNCTION dup_select.put_table_sql(
    source regclass, target regclass, mapping jsonb DEFAULT NULL, natural_keys jsonb DEFAULT NULL,
    superclass regclass DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_plan jsonb := dup_select.put_plan(source, target, mapping, natural_keys, superclass);
BEGIN
    RETURN (
        SELECT string_agg(s.text, chr(10) ORDER BY s.part, s.n)
        FROM (
            SELECT 1 AS part, f.n, f.statement || ';' || chr(10) AS text
            FROM dup_select.put_fill(v_plan, dup_select.plan_table_name(source)) WITH ORDINALITY AS f (statement, n)
            UNION ALL
            SELECT CASE WHEN p.n > 2 AND (v_plan ->> 'pinned')::boolean THEN 4 ELSE 1 END, p.n,
                format('SELECT pg_catalog.set_config(%L, pg_catalog.current_setting(%L), true)%s;' || chr(10),
                       p.setting, p.source, p.more)
            FROM (VALUES
                (1.5, 'dup_select.search_path', 'search_path',
                    ', pg_catalog.set_config(''search_path'', ''pg_catalog, pg_temp'', true)'),
                (2.5, 'search_path', 'dup_select.search_path', '')) AS p (n, setting, source, more)
            WHERE dup_select.plan_has_expressions(v_plan) OR (v_plan ->> 'pinned')::boolean
            UNION ALL
            SELECT 2, s.n, concat(
                '-- ' || s.title || chr(10),
                CASE WHEN s.resolve IS NOT NULL THEN '-- Repeat these until there is nothing to insert.' || chr(10) END,
                s.once || ';' || chr(10), s.resolve || ';' || chr(10), s.missing || ';' || chr(10))
            FROM dup_select.put_statements(v_plan) WITH ORDINALITY AS s (title, once, resolve, missing, pending, n)
            UNION ALL
            SELECT 3, 1, dup_select.put_answer(v_plan) || ';' || chr(10)
        ) AS s);
END
$$;

ALTER FUNCTION dup_select.put_table_sql(regclass, regclass, jsonb, jsonb, regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_table_sql(regclass, regclass, jsonb, jsonb, regclass) IS
    'The statements that put_table runs. Looking runs nothing of the table''s owner''s. Errors: 22004, 22023, 42701, 42702, '
    '42703, 42804, 42809, 428C9, 0A000, those of an expression.';
REVOKE ALL ON FUNCTION dup_select.put_table_sql(regclass, regclass, jsonb, jsonb, regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_table_sql(regclass, regclass, jsonb, jsonb, regclass) TO PUBLIC;
