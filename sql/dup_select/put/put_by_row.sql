-- A statement for all rows could not tell which of them a trigger left out, nor insert a key twice that the trigger made of two.
-- The row cannot hold NULL for a default where a domain takes none.
CREATE OR REPLACE FUNCTION dup_select.put_by_row(plan jsonb, level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'UPDATE pg_temp.put_table_rows AS s SET %s
FROM (
    SELECT given.put__row, stored.*
    FROM (
        SELECT s.put__row, CAST(ROW(%s) AS %s) AS put__new
        FROM pg_temp.put_table_rows AS s
        WHERE %s
        ORDER BY s.put__row
    ) AS given
    CROSS JOIN LATERAL dup_select.insert_row(
        given.put__new, dup_select.given_columns(given.put__new), %s) AS stored
) AS stored
WHERE s.put__row = stored.put__row',
        (SELECT string_agg(r.setting, ', ' ORDER BY r.n)
         FROM (SELECT r.n, format('%I = stored.%I', r.slot, r.name) AS setting FROM dup_select.put_results(plan, level) AS r
               UNION ALL
               SELECT 1000, 'put__done = ' || CASE
                   WHEN level ? 'index' AND plan -> 'primary_key' <> '[]'
                       THEN format('stored.%I IS NOT NULL', plan #>> '{primary_key,0}')
                   ELSE 'true' -- what a trigger leaves out is as in a plain INSERT
               END
               WHERE level -> 'path' = '[]') AS r),
        dup_select.level_list((SELECT array_agg(CASE
                                   WHEN c.unfit THEN coalesce(m.value ->> 'stored', c.volatile_fallback, v ->> c.column_name)
                                   ELSE coalesce(m.value ->> 'raw', 'NULL')
                               END ORDER BY c.attnum)
                               FROM dup_select.plan_values(level) AS v
                               CROSS JOIN dup_select.plan_table_columns((level ->> 'relation')::oid) AS c
                               LEFT JOIN jsonb_array_elements(level -> 'columns') AS m ON m.value ->> 'column' = c.column_name),
                              ', ', 12),
        level ->> 'table',
        array_to_string(dup_select.put_pending(level), ' AND '),
        (SELECT coalesce(format('%L::regclass', (
             SELECT i.indexrelid::regclass
             FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
             WHERE i.indrelid = (level ->> 'relation')::oid AND x.relname = level ->> 'index')), 'NULL')))
$$;

ALTER FUNCTION dup_select.put_by_row(jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_by_row(jsonb, jsonb) IS
    'UPDATE that inserts or finds the rows of a level one by one, because BEFORE triggers may change their keys.';
REVOKE ALL ON FUNCTION dup_select.put_by_row(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_by_row(jsonb, jsonb) TO PUBLIC;
