-- It goes into a comment, which a line break in a name must not end.
CREATE OR REPLACE FUNCTION dup_select.level_title(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT translate(concat(
        dup_select.plan_path_text(ARRAY(SELECT jsonb_array_elements_text(level -> 'path')))
            || CASE WHEN level -> 'path' <> '[]' THEN ': ' ELSE '' END,
        level ->> 'table', ', by ' || quote_ident(level ->> 'index'),
        CASE WHEN level ? 'elements' AND NOT level ? 'index' THEN ', by columns without a unique index' END,
        CASE WHEN level ? 'index' AND (level ->> 'triggered')::boolean THEN ' (BEFORE triggers may make its key)' END),
        chr(10) || chr(13), '  ')
$$;

ALTER FUNCTION dup_select.level_title(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_title(jsonb) IS
    'What a level is about, for a comment.';
REVOKE ALL ON FUNCTION dup_select.level_title(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_title(jsonb) TO PUBLIC;
