-- A statement for all rows could not tell which of them a trigger left out, nor insert a key twice that the trigger made of two.
CREATE OR REPLACE FUNCTION dup_select.put_by_row(plan jsonb, level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'UPDATE pg_temp.put_table_rows AS s SET %s
FROM (
    SELECT s.put__row, dup_select.put_one(%L, s) AS key
    FROM pg_temp.put_table_rows AS s
    WHERE %s
    ORDER BY s.put__row
) AS stored
WHERE s.put__row = stored.put__row',
        concat_ws(', ', string_agg(format('%I = CAST(stored.key ->> %s AS %s)', r.slot, r.n - 1, c.type), ', ' ORDER BY r.n),
            -- Without a key, what a trigger leaves out is as in a plain INSERT.
            CASE WHEN level -> 'path' = '[]' THEN CASE WHEN level ? 'index' THEN 'put__done = stored.key IS NOT NULL'
                                                       ELSE 'put__done = true' END END),
        concat_ws(chr(10), chr(10) || dup_select.level_insert_head(level, 0),
            format('SELECT %s', dup_select.level_list(dup_select.level_values(level, 'stored'), ', ', 4)),
            'FROM (SELECT ($1).*) AS s',
            dup_select.level_conflict(level, array_agg(r.name ORDER BY r.n)),
            format('RETURNING jsonb_build_array(%s)',
                string_agg(dup_select.level_key_text(level, r.name, quote_ident(r.name)), ', ' ORDER BY r.n))),
        array_to_string(dup_select.put_pending(level), ' AND '))
    FROM dup_select.put_results(plan, level) AS r
    JOIN dup_select.plan_table_columns((level ->> 'relation')::oid) AS c ON c.column_name = r.name
$$;

ALTER FUNCTION dup_select.put_by_row(jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_by_row(jsonb, jsonb) IS
    'UPDATE that inserts or finds the rows of a level one by one, because BEFORE triggers may change their keys.';
REVOKE ALL ON FUNCTION dup_select.put_by_row(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_by_row(jsonb, jsonb) TO PUBLIC;
