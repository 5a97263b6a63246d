-- A statement for all rows could not tell which of them a trigger left out, nor insert a key twice that the trigger made of two.
CREATE OR REPLACE FUNCTION dup_select.put_by_row(plan jsonb, level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'UPDATE %1$s SET %2$s
FROM (
    SELECT %3$s, dup_select.put_one(%4$L, %5$I) AS key
    FROM %1$s
    WHERE %6$s
    ORDER BY %3$s
) AS stored
WHERE %3$s OPERATOR(pg_catalog.=) stored.%7$I',
        dup_select.put_rows(level),
        concat_ws(', ', string_agg(format('%I = CAST(stored.key OPERATOR(pg_catalog.->>) %s AS %s)', r.slot, r.n - 1, c.type),
                                   ', ' ORDER BY r.n),
            -- Without a key, what a trigger leaves out is as in a plain INSERT.
            CASE WHEN level -> 'path' = '[]'
                THEN format(CASE WHEN level ? 'index' THEN '%I = stored.key IS NOT NULL' ELSE '%I = true' END,
                            level #>> '{made,done}') END),
        dup_select.put_row(level),
        concat_ws(chr(10), chr(10) || dup_select.level_insert_head(level, 0),
            format('SELECT %s', dup_select.level_list(dup_select.level_values(level, 'stored'), ', ', 4)),
            format('FROM (SELECT ($1).*) AS %I', level #>> '{made,rows}'),
            dup_select.level_conflict(level, array_agg(r.name ORDER BY r.n)),
            format('RETURNING pg_catalog.jsonb_build_array(%s)',
                   string_agg(dup_select.level_key_text(level, r.name, quote_ident(r.name)), ', ' ORDER BY r.n))),
        level #>> '{made,rows}',
        array_to_string(dup_select.put_pending(level), ' AND '),
        level #>> '{made,row}')
    FROM dup_select.put_results(plan, level) AS r
    JOIN dup_select.plan_table_columns((level ->> 'relation')::oid) AS c ON c.column_name = r.name
$$;

ALTER FUNCTION dup_select.put_by_row(jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_by_row(jsonb, jsonb) IS
    'UPDATE that inserts or finds the rows of a level one by one, because BEFORE triggers may change their keys.';
REVOKE ALL ON FUNCTION dup_select.put_by_row(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_by_row(jsonb, jsonb) TO PUBLIC;
