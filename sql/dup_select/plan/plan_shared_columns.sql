-- A column that two foreign keys share gets the values of two parents: they must come from the same place.
CREATE OR REPLACE FUNCTION dup_select.plan_shared_columns(levels jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_levels jsonb := levels;
    v_shared record;
    v_level  record;
BEGIN
    FOR v_shared IN
        SELECT s.child, s.name, count(DISTINCT s.route) > 1 AS differs, string_agg(s.filler, ' and ' ORDER BY s.filler) AS fillers
        FROM (SELECT l.value -> 'child' AS child, k.name, dup_select.plan_route(levels, l.value -> 'path', k.key) AS route,
                     dup_select.plan_path_text(ARRAY(SELECT jsonb_array_elements_text(l.value -> 'path'))) AS filler
              FROM jsonb_array_elements(levels) AS l
              CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                            jsonb_array_elements_text(l.value -> 'key_columns')) AS k (name, key)
              UNION ALL
              SELECT DISTINCT l.value -> 'child', k.name, c.value -> 'mapped' -> k.name,
                     format('%s mapped itself', quote_ident(k.name))
              FROM jsonb_array_elements(levels) AS l
              JOIN jsonb_array_elements(levels) AS c ON c.value -> 'path' = l.value -> 'child',
              jsonb_array_elements_text(l.value -> 'child_columns') AS k (name)
              WHERE jsonb_array_length(l.value -> 'child_columns') > 1 AND c.value -> 'mapped' ? k.name) AS s
        GROUP BY s.child, s.name
        HAVING count(*) > 1
    LOOP
        IF v_shared.differs THEN
            RAISE EXCEPTION 'column % is filled twice, by %', quote_ident(v_shared.name), v_shared.fillers
                USING ERRCODE = 'feature_not_supported',
                      HINT = 'Where foreign keys share a column, map it by the same expression below each of them.';
        END IF;
        FOR v_level IN
            SELECT l.n - 1 AS n, k.key
            FROM jsonb_array_elements(levels) WITH ORDINALITY AS l (value, n)
            CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                          jsonb_array_elements_text(l.value -> 'key_columns')) AS k (name, key)
            WHERE l.value -> 'child' = v_shared.child AND k.name = v_shared.name
        LOOP
            v_levels := jsonb_set(v_levels, ARRAY[v_level.n::text, 'shared', v_level.key], 'true');
        END LOOP;
    END LOOP;
    RETURN v_levels;
END
$$;

ALTER FUNCTION dup_select.plan_shared_columns(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_shared_columns(jsonb) IS
    'The levels with the key columns that stand for a column which their child fills otherwise too. 0A000 where the mapping does '
    'not fill it from the same place each time.';
REVOKE ALL ON FUNCTION dup_select.plan_shared_columns(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_shared_columns(jsonb) TO PUBLIC;
