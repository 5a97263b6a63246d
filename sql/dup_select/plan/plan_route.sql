CREATE OR REPLACE FUNCTION dup_select.plan_route(levels jsonb, path jsonb, column_name text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level  jsonb := (SELECT l FROM jsonb_array_elements(levels) AS l WHERE l -> 'path' = plan_route.path);
    v_parent record;
BEGIN
    IF v_level -> 'mapped' ? column_name THEN
        RETURN v_level -> 'mapped' -> column_name;
    END IF;
    SELECT l.value -> 'path' AS path, k.key INTO v_parent
    FROM jsonb_array_elements(levels) AS l
    CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                  jsonb_array_elements_text(l.value -> 'key_columns')) AS k (child, key)
    WHERE l.value -> 'child' = plan_route.path AND k.child = plan_route.column_name
    LIMIT 1;
    IF FOUND THEN
        RETURN dup_select.plan_route(levels, v_parent.path, v_parent.key);
    END IF;
    RETURN jsonb_build_object('key of', v_level -> 'relation', 'mapped', (
        SELECT jsonb_agg(jsonb_build_array(b.below, l.value -> 'mapped') ORDER BY b.below)
        FROM jsonb_array_elements(levels) AS l
        CROSS JOIN LATERAL (
            SELECT jsonb_agg(e.element ORDER BY e.n) FILTER (WHERE e.n > jsonb_array_length(plan_route.path)) AS below,
                   jsonb_agg(e.element ORDER BY e.n) FILTER (WHERE e.n <= jsonb_array_length(plan_route.path)) AS above
            FROM jsonb_array_elements(l.value -> 'path') WITH ORDINALITY AS e (element, n)) AS b
        WHERE b.above = plan_route.path));
END
$$;

ALTER FUNCTION dup_select.plan_route(jsonb, jsonb, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_route(jsonb, jsonb, text) IS
    'Where the value of a level''s column comes from: an expression, or the table that it is a key of and all that is mapped '
    'there. Equal routes lead to equal values.';
REVOKE ALL ON FUNCTION dup_select.plan_route(jsonb, jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_route(jsonb, jsonb, text) TO PUBLIC;
