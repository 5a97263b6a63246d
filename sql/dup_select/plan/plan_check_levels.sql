-- A column that two foreign keys share would get two parents' values, and the later one would win unseen.
CREATE OR REPLACE FUNCTION dup_select.plan_check_levels(levels jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_shared record;
BEGIN
    SELECT c.name, string_agg(c.path, ' and ' ORDER BY c.path) AS paths INTO v_shared
    FROM (SELECT l.value -> 'child' AS child,
                 dup_select.plan_path_text(ARRAY(SELECT jsonb_array_elements_text(l.value -> 'path'))) AS path, k.name
          FROM jsonb_array_elements(levels) AS l, jsonb_array_elements_text(l.value -> 'child_columns') AS k (name)
          UNION ALL
          SELECT l.value -> 'child', format('%s mapped itself', dup_select.plan_path_text(
                     ARRAY(SELECT jsonb_array_elements_text(l.value -> 'child')) || k.name)), k.name
          FROM jsonb_array_elements(levels) AS l
          JOIN jsonb_array_elements(levels) AS c ON c.value -> 'path' = l.value -> 'child',
          jsonb_array_elements_text(l.value -> 'child_columns') AS k (name)
          WHERE jsonb_array_length(l.value -> 'child_columns') > 1 AND c.value -> 'mapped' ? k.name) AS c
    GROUP BY c.child, c.name
    HAVING count(*) > 1
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'column % is filled twice, by %', quote_ident(v_shared.name), v_shared.paths
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Of foreign keys that share a column, one can be mapped by its parent''s natural key.';
    END IF;
END
$$;

ALTER FUNCTION dup_select.plan_check_levels(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_check_levels(jsonb) IS
    'Raises where two mapped foreign keys share a column: 0A000.';
REVOKE ALL ON FUNCTION dup_select.plan_check_levels(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_check_levels(jsonb) TO PUBLIC;
