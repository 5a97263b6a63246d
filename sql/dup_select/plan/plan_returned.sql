CREATE OR REPLACE FUNCTION dup_select.plan_returned(plan jsonb) RETURNS TABLE (n bigint, name text, reference text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH keys AS (
        SELECT k.n, k.name, c.value IS NOT NULL AS filled,
               k.name IN (SELECT (parse_ident(e.value ->> 'element'))[1]
                          FROM jsonb_array_elements(plan -> 'target' -> 'elements') AS e
                          WHERE dup_select.mapping_input(e.value ->> 'element') IS NOT NULL) AS in_key,
               dup_select.plan_new(k.name) = c.value ->> 'value' AS same
        FROM jsonb_array_elements_text(plan -> 'primary_key') WITH ORDINALITY AS k (name, n)
        LEFT JOIN jsonb_array_elements(plan -> 'target' -> 'columns') AS c ON c.value ->> 'column' = k.name
    )
    SELECT k.n, k.name, CASE
        WHEN k.filled THEN quote_ident(plan #>> ARRAY['target', 'returned', k.name])
        ELSE dup_select.plan_new(k.name)
    END
    FROM keys k
    WHERE NOT coalesce(k.in_key AND k.same, false) OR (plan #>> '{target,triggered}')::boolean
$$;

ALTER FUNCTION dup_select.plan_returned(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_returned(jsonb) IS
    'Primary-key columns that are only known after the look-up, and where the trigger puts them.';
REVOKE ALL ON FUNCTION dup_select.plan_returned(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_returned(jsonb) TO PUBLIC;
