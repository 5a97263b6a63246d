-- v_<level>_<column>, or v_<column> for the target; with the whole path where that is taken, be it by a column of a table.
CREATE OR REPLACE FUNCTION dup_select.plan_variable(level jsonb, column_name text, levels jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH variables AS (
        SELECT l.value AS level, m.name AS column_name,
               concat('v_', CASE WHEN l.value -> 'path' <> '[]' THEN (l.value ->> 'name') || '_' END, m.name) AS name
        FROM jsonb_array_elements(levels) AS l, jsonb_object_keys(l.value -> 'mapped') AS m (name)
    ), mine AS (
        SELECT v.name FROM variables v
        WHERE v.level -> 'path' = plan_variable.level -> 'path' AND v.column_name = plan_variable.column_name
    )
    SELECT dup_select.plan_identifier(CASE
        WHEN mine.name = 'v_attempts' OR mine.name ~ '^v_returned_'
            OR (SELECT count(*) > 1 FROM variables v WHERE v.name = mine.name)
            OR EXISTS (SELECT FROM jsonb_array_elements(levels) AS l
                       JOIN pg_attribute a ON a.attrelid = (l.value ->> 'relation')::oid AND a.attname = mine.name)
        THEN concat('v_.', dup_select.plan_path_text(
            ARRAY(SELECT jsonb_array_elements_text(plan_variable.level -> 'path')) || plan_variable.column_name))
        ELSE mine.name
    END)
    FROM mine
$$;

ALTER FUNCTION dup_select.plan_variable(jsonb, text, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_variable(jsonb, text, jsonb) IS
    'The variable of the trigger that holds a column''s value.';
REVOKE ALL ON FUNCTION dup_select.plan_variable(jsonb, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_variable(jsonb, text, jsonb) TO PUBLIC;
