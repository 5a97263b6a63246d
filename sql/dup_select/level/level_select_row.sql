CREATE OR REPLACE FUNCTION dup_select.level_select_row(level jsonb, table_name text, returned text[], targets text[]) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT s.head || CASE
        WHEN s.match ~ chr(10) OR length(s.head) + length(s.match) > 100 THEN chr(10) || repeat(' ', 8)
        ELSE ' '
    END || 'WHERE ' || s.match || ';'
    FROM (SELECT CASE WHEN returned = '{}' THEN format('PERFORM FROM %s', table_name)
                     ELSE format('SELECT %s INTO %s FROM %s', dup_select.name_list(returned),
                                 array_to_string(targets, ', '), table_name) END AS head,
                 dup_select.level_match(level, 10) AS match) AS s
    WHERE (level ->> 'shown')::boolean
$$;

ALTER FUNCTION dup_select.level_select_row(jsonb, text, text[], text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_select_row(jsonb, text, text[], text[]) IS
    'Look-up of one row, in the trigger. NULL where the key is one that a BEFORE trigger has yet to make.';
REVOKE ALL ON FUNCTION dup_select.level_select_row(jsonb, text, text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_select_row(jsonb, text, text[], text[]) TO PUBLIC;
