CREATE OR REPLACE FUNCTION dup_select.level_pending(level jsonb) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT array_remove(ARRAY[
        CASE
            WHEN cardinality(r.own) > 1
                THEN format('pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.>) 0', array_to_string(r.own, ', '))
            WHEN r.above = '{}' THEN r.own[1] || ' IS NULL'
        END,
        CASE
            WHEN r.above <> '{}'
                THEN format('pg_catalog.num_nonnulls(%s) OPERATOR(pg_catalog.=) 0', array_to_string(
                    CASE WHEN cardinality(r.own) > 1 THEN r.above ELSE r.own || r.above END, ', '))
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
