CREATE OR REPLACE FUNCTION dup_select.level_insert_row(level jsonb, returned text[], targets text[]) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT concat_ws(chr(10) || repeat(' ', 8),
        CASE WHEN (level ->> 'triggered')::boolean AND level ? 'index'
            THEN format('PERFORM pg_catalog.set_config(%s, '''', true);', dup_select.level_found_setting()) END,
        i.head || CASE WHEN i.head ~ chr(10) OR length(i.head) + length(i.row) > 100 THEN chr(10) || repeat(' ', 8) ELSE ' ' END
            || i.row,
        dup_select.level_conflict(level, returned),
        CASE WHEN returned <> '{}' THEN format('RETURNING %s INTO %s', dup_select.name_list(returned),
                                               array_to_string(targets, ', ')) END) || ';'
    FROM (SELECT dup_select.level_insert_head(level, 8) AS head,
                 format('VALUES (%s)', dup_select.level_list(dup_select.level_values(level, 'stored'), ', ', 12)) AS row) AS i
$$;

ALTER FUNCTION dup_select.level_insert_row(jsonb, text[], text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_insert_row(jsonb, text[], text[]) IS
    'INSERT of one row, in the trigger.';
REVOKE ALL ON FUNCTION dup_select.level_insert_row(jsonb, text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_insert_row(jsonb, text[], text[]) TO PUBLIC;
