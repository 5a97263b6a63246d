-- RETURNING follows the order of the SELECT, so the n-th row added is that of the n-th row asked for.
CREATE OR REPLACE FUNCTION dup_select.put_keyless(plan jsonb, level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'WITH asked AS (
    SELECT %1$s, pg_catalog.row_number() OVER (ORDER BY %1$s) AS %2$I
    FROM %3$s
    WHERE %4$s
), added AS (
    %5$s
    SELECT %6$s
    FROM %3$s JOIN asked ON asked.%7$I OPERATOR(pg_catalog.=) %1$s
    ORDER BY asked.%2$I
    RETURNING %8$s
), numbered AS (
    SELECT *, pg_catalog.row_number() OVER () AS %2$I FROM added
)
UPDATE %3$s SET %9$s
FROM asked JOIN numbered ON numbered.%2$I OPERATOR(pg_catalog.=) asked.%2$I
WHERE %1$s OPERATOR(pg_catalog.=) asked.%7$I',
        dup_select.put_row(level), level #>> '{made,number}', dup_select.put_rows(level),
        array_to_string(dup_select.put_pending(level) || format('NOT (%s)', k.has_key), ' AND '),
        dup_select.level_insert_head(level, 4),
        dup_select.level_list(dup_select.level_values(level, 'stored'), ', ', 8),
        level #>> '{made,row}', r.returned, r.settings)
    FROM (SELECT dup_select.put_has_key(level) AS has_key) AS k,
         (SELECT string_agg(r.returned, ', ' ORDER BY r.n) AS returned, string_agg(r.setting, ', ' ORDER BY r.n) AS settings
          FROM (SELECT r.n, quote_ident(r.name) AS returned, format('%I = numbered.%I', r.slot, r.name) AS setting
                FROM dup_select.put_results(plan, level) AS r
                UNION ALL
                SELECT 1000, format('true AS %I', level #>> '{made,done}'), format('%I = true', level #>> '{made,done}')
                WHERE level -> 'path' = '[]') AS r) AS r
    WHERE k.has_key IS NOT NULL
$$;

ALTER FUNCTION dup_select.put_keyless(jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_keyless(jsonb, jsonb) IS
    'Statement that inserts rows without a key, and joins back. NULL where there can be none.';
REVOKE ALL ON FUNCTION dup_select.put_keyless(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_keyless(jsonb, jsonb) TO PUBLIC;
