-- RETURNING follows the order of the SELECT, so the n-th row added is that of the n-th row asked for.
CREATE OR REPLACE FUNCTION dup_select.put_keyless(plan jsonb, level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'WITH asked AS (
    SELECT s.put__row, row_number() OVER (ORDER BY s.put__row) AS put__n
    FROM pg_temp.put_table_rows AS s
    WHERE %s
), added AS (
    %s
    SELECT %s
    FROM pg_temp.put_table_rows AS s JOIN asked ON asked.put__row = s.put__row
    ORDER BY asked.put__n
    RETURNING %s
), numbered AS (
    SELECT *, row_number() OVER () AS put__n FROM added
)
UPDATE pg_temp.put_table_rows AS s SET %s
FROM asked JOIN numbered ON numbered.put__n = asked.put__n
WHERE s.put__row = asked.put__row',
        array_to_string(dup_select.put_pending(level) || format('NOT (%s)', k.has_key), ' AND '),
        dup_select.level_insert_head(level, 4),
        dup_select.level_list(dup_select.level_values(level, 'stored'), ', ', 8),
        r.returned, r.settings)
    FROM (SELECT dup_select.put_has_key(level) AS has_key) AS k,
         (SELECT string_agg(r.returned, ', ' ORDER BY r.n) AS returned, string_agg(r.setting, ', ' ORDER BY r.n) AS settings
          FROM (SELECT r.n, quote_ident(r.name) AS returned, format('%I = numbered.%I', r.slot, r.name) AS setting
                FROM dup_select.put_results(plan, level) AS r
                UNION ALL
                SELECT 1000, 'true AS put__done', 'put__done = true' WHERE level -> 'path' = '[]') AS r) AS r
    WHERE k.has_key IS NOT NULL
$$;

ALTER FUNCTION dup_select.put_keyless(jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_keyless(jsonb, jsonb) IS
    'Statement that inserts rows without a key, and joins back. NULL where there can be none.';
REVOKE ALL ON FUNCTION dup_select.put_keyless(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_keyless(jsonb, jsonb) TO PUBLIC;
