-- own: where a parent's key goes; above: where the keys of the levels go that it is a parent of. Where one of those is given,
-- nothing below needs a look-up.
CREATE OR REPLACE FUNCTION dup_select.plan_references(levels jsonb, by_row boolean) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH owns AS (
        SELECT l.n, l.value, jsonb_agg(CASE
                WHEN by_row THEN dup_select.plan_new(o.out)
                ELSE format('%I.%I', l.value #>> '{made,rows}', c.value -> 'held' ->> o.name)
            END ORDER BY o.n) FILTER (WHERE o.n IS NOT NULL) AS own
        FROM jsonb_array_elements(levels) WITH ORDINALITY AS l (value, n)
        LEFT JOIN jsonb_array_elements(levels) AS c ON c.value -> 'path' = l.value -> 'child'
        LEFT JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                     jsonb_array_elements_text(l.value -> 'outs')) WITH ORDINALITY AS o (name, out, n) ON true
        GROUP BY l.n, l.value
    )
    SELECT jsonb_agg(l.value || jsonb_build_object('own', l.own, 'above', (
            SELECT coalesce(jsonb_agg(o.reference ORDER BY a.n), '[]')
            FROM owns a CROSS JOIN LATERAL jsonb_array_elements_text(a.own) AS o (reference)
            WHERE jsonb_array_length(a.value -> 'path') < jsonb_array_length(l.value -> 'path')
              AND NOT EXISTS (SELECT FROM generate_series(0, jsonb_array_length(a.value -> 'path') - 1) AS i
                              WHERE a.value -> 'path' -> i <> l.value -> 'path' -> i))) ORDER BY l.n)
    FROM owns l
$$;

ALTER FUNCTION dup_select.plan_references(jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_references(jsonb, boolean) IS
    'The levels with the places that their keys go to.';
REVOKE ALL ON FUNCTION dup_select.plan_references(jsonb, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_references(jsonb, boolean) TO PUBLIC;
