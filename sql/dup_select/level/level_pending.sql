CREATE OR REPLACE FUNCTION dup_select.level_pending(level jsonb) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT array_remove(ARRAY[
        CASE
            WHEN cardinality(r.own) > 1 THEN format('num_nulls(%s) > 0', array_to_string(r.own, ', '))
            WHEN r.above = '{}' THEN r.own[1] || ' IS NULL'
        END,
        CASE
            WHEN r.above = '{}' THEN NULL
            WHEN cardinality(r.own) > 1 THEN format('num_nonnulls(%s) = 0', array_to_string(r.above, ', '))
            ELSE format('num_nonnulls(%s) = 0', array_to_string(r.own || r.above, ', '))
        END,
        dup_select.level_wanted(level)], NULL)
    FROM (SELECT ARRAY(SELECT jsonb_array_elements_text(level -> 'own')) AS own,
                 ARRAY(SELECT jsonb_array_elements_text(level -> 'above')) AS above) AS r
$$;

ALTER FUNCTION dup_select.level_pending(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_pending(jsonb) IS
    'Conditions under which a parent is still to be found.';
REVOKE ALL ON FUNCTION dup_select.level_pending(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_pending(jsonb) TO PUBLIC;
