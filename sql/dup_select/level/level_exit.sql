CREATE OR REPLACE FUNCTION dup_select.level_exit(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN bool_and(c.required) THEN 'EXIT WHEN FOUND;'
        ELSE format('EXIT WHEN pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.=) 0;',
                    array_to_string(ARRAY(SELECT jsonb_array_elements_text(level -> 'own')), ', '))
    END
    FROM dup_select.plan_table_columns((level ->> 'relation')::oid) AS c
    WHERE level -> 'key_columns' ? c.column_name
$$;

ALTER FUNCTION dup_select.level_exit(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_exit(jsonb) IS
    'How the search for a parent ends: when it is found, and the columns of it that are referred to are not NULL.';
REVOKE ALL ON FUNCTION dup_select.level_exit(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_exit(jsonb) TO PUBLIC;
