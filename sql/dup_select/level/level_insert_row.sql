CREATE OR REPLACE FUNCTION dup_select.level_insert_row(level jsonb, returning_columns text, into_targets text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT concat_ws(chr(10) || repeat(' ', 8),
        i.head || CASE WHEN i.head ~ chr(10) OR length(i.head) + length(i.row) > 100 THEN chr(10) || repeat(' ', 8) ELSE ' ' END
            || i.row,
        dup_select.level_conflict(level),
        CASE WHEN returning_columns <> '' THEN format('RETURNING %s INTO %s', returning_columns, into_targets) END) || ';'
    FROM (SELECT dup_select.level_insert_head(level, 8) AS head,
                 format('VALUES (%s)', dup_select.level_list(dup_select.level_values(level, 'stored'), ', ', 12)) AS row) AS i
$$;

ALTER FUNCTION dup_select.level_insert_row(jsonb, text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_insert_row(jsonb, text, text) IS
    'INSERT of one row, in the trigger.';
REVOKE ALL ON FUNCTION dup_select.level_insert_row(jsonb, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_insert_row(jsonb, text, text) TO PUBLIC;
