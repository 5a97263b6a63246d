CREATE OR REPLACE FUNCTION dup_select.level_insert_head(level jsonb, indent integer) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('INSERT INTO %s%s (%s)%s', level ->> 'table',
        CASE WHEN (level ->> 'triggered')::boolean AND level ? 'index' THEN ' AS existing' END,
        dup_select.level_list(dup_select.level_values(level, 'column'), ', ', indent + 4),
        CASE WHEN EXISTS (SELECT FROM jsonb_array_elements(level -> 'columns') AS c WHERE (c.value ->> 'always')::boolean)
            THEN chr(10) || repeat(' ', indent) || 'OVERRIDING SYSTEM VALUE' ELSE '' END)
$$;

ALTER FUNCTION dup_select.level_insert_head(jsonb, integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_insert_head(jsonb, integer) IS
    'INSERT INTO with the column list.';
REVOKE ALL ON FUNCTION dup_select.level_insert_head(jsonb, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_insert_head(jsonb, integer) TO PUBLIC;
