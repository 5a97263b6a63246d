-- The ids first, then the input.
CREATE OR REPLACE FUNCTION dup_select.view_columns(plan jsonb) RETURNS TABLE (n bigint, name text, source text, hidden boolean)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN QUERY
    SELECT row_number() OVER (ORDER BY c.part, c.n), c.name, c.source, c.hidden
    FROM (
        SELECT 1 AS part, k.n, k.name, dup_select.view_source(plan -> 'target', k.name) AS source, false AS hidden
        FROM jsonb_array_elements_text(plan -> 'primary_key') WITH ORDINALITY AS k (name, n)
        UNION ALL
        SELECT 2, min(l.n * -1000 + o.n), o.out, dup_select.view_source(c.value, o.name), false
        FROM jsonb_array_elements(plan -> 'parents') WITH ORDINALITY AS l (value, n)
        CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                      jsonb_array_elements_text(l.value -> 'outs')) WITH ORDINALITY AS o (name, out, n)
        JOIN jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) AS c ON c.value -> 'path' = l.value -> 'child'
        WHERE l.value -> 'child' <> '[]' OR NOT plan -> 'primary_key' ? o.name
        GROUP BY o.out, c.value, o.name
        UNION ALL
        SELECT 3, i.n, i.value ->> 'name', coalesce(s.source, format('NULL::%s', i.value ->> 'type')), s.source IS NULL
        FROM jsonb_array_elements(plan -> 'inputs') WITH ORDINALITY AS i (value, n)
        LEFT JOIN LATERAL (
            SELECT dup_select.view_source(l.value, c.value ->> 'column') AS source
            FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) AS l,
                 jsonb_array_elements(l.value -> 'columns') AS c
            WHERE c.value ->> 'input' = i.value ->> 'name' AND (c.value ->> 'direct')::boolean
            LIMIT 1
        ) AS s ON true
        WHERE NOT plan -> 'primary_key' ? (i.value ->> 'name')
          AND NOT EXISTS (SELECT FROM jsonb_array_elements(plan -> 'parents') AS l WHERE l.value -> 'outs' ? (i.value ->> 'name'))
    ) AS c;
END
$$;

ALTER FUNCTION dup_select.view_columns(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_columns(jsonb) IS
    'Columns of the view and what they show; hidden ones show NULL.';
REVOKE ALL ON FUNCTION dup_select.view_columns(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_columns(jsonb) TO PUBLIC;
