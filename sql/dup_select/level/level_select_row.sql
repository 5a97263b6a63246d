CREATE OR REPLACE FUNCTION dup_select.level_select_row(level jsonb, table_name text, columns text, into_targets text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT s.head || CASE
        WHEN s.match ~ chr(10) OR length(s.head) + length(s.match) > 100 THEN chr(10) || repeat(' ', 8)
        ELSE ' '
    END || 'WHERE ' || s.match || ';'
    FROM (SELECT CASE WHEN columns = '' THEN format('PERFORM FROM %s', table_name)
                     ELSE format('SELECT %s INTO %s FROM %s', columns, into_targets, table_name) END AS head,
                 dup_select.level_match(level, 10) AS match) AS s
$$;

ALTER FUNCTION dup_select.level_select_row(jsonb, text, text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_select_row(jsonb, text, text, text) IS
    'Look-up of one row, in the trigger.';
REVOKE ALL ON FUNCTION dup_select.level_select_row(jsonb, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_select_row(jsonb, text, text, text) TO PUBLIC;
