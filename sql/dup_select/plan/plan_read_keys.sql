-- advisory(id), affected(advisory_id): what is given as advisory_id is the natural key of the parent, and its id as well. It is
-- read as the former, so that the parent is made where it does not stand, and given back as the latter.
CREATE OR REPLACE FUNCTION dup_select.plan_read_keys(levels jsonb) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(array_agg(DISTINCT o.out), '{}')
    FROM jsonb_array_elements(levels) AS l
    CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                  jsonb_array_elements_text(l.value -> 'key_columns'),
                                  jsonb_array_elements_text(l.value -> 'outs')) AS o (name, key, out)
    JOIN jsonb_array_elements(levels) AS c ON c.value -> 'path' = l.value -> 'child'
    WHERE l.value -> 'inputs' ->> o.key = o.out AND NOT c.value -> 'mapped' ? o.name
$$;

ALTER FUNCTION dup_select.plan_read_keys(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_read_keys(jsonb) IS
    'Input columns of a view that are the natural key of a parent and have the name of the column that refers to it.';
REVOKE ALL ON FUNCTION dup_select.plan_read_keys(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_read_keys(jsonb) TO PUBLIC;
