CREATE OR REPLACE FUNCTION dup_select.level_wanted(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN level -> 'wanted' = '[]' THEN NULL
        WHEN jsonb_array_length(level -> 'wanted') = 1 AND NOT (level ->> 'wants_composite')::boolean
            THEN format('%s IS NOT NULL', level -> 'wanted' ->> 0)
        ELSE format('pg_catalog.num_nonnulls(%s) OPERATOR(pg_catalog.>) 0',
                    array_to_string(ARRAY(SELECT jsonb_array_elements_text(level -> 'wanted')), ', '))
    END
    WHERE (level ->> 'optional')::boolean
$$;

ALTER FUNCTION dup_select.level_wanted(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_wanted(jsonb) IS
    'Condition under which an optional parent is wanted at all. NULL where it always is.';
REVOKE ALL ON FUNCTION dup_select.level_wanted(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_wanted(jsonb) TO PUBLIC;
