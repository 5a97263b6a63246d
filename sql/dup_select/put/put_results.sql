-- Which columns of the work table a level fills, and from which of its own.
CREATE OR REPLACE FUNCTION dup_select.put_results(plan jsonb, level jsonb) RETURNS TABLE (n bigint, slot text, name text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT k.n, level -> 'returned' ->> k.name, k.name
    FROM jsonb_array_elements_text(plan -> 'primary_key') WITH ORDINALITY AS k (name, n)
    WHERE level -> 'path' = '[]'
    UNION ALL
    SELECT k.n, c.value -> 'held' ->> k.child, k.name
    FROM ROWS FROM (jsonb_array_elements_text(level -> 'key_columns'),
                    jsonb_array_elements_text(level -> 'child_columns')) WITH ORDINALITY AS k (name, child, n)
    JOIN jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) AS c ON c.value -> 'path' = level -> 'child'
$$;

ALTER FUNCTION dup_select.put_results(jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_results(jsonb, jsonb) IS
    'Columns of the work table that a level gives its key to.';
REVOKE ALL ON FUNCTION dup_select.put_results(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_results(jsonb, jsonb) TO PUBLIC;
