-- What is computed from the input before any look-up: expression and where it goes.
CREATE OR REPLACE FUNCTION dup_select.view_assignments(plan jsonb)
RETURNS TABLE (n bigint, target text, expression text, declared text, composite boolean)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT row_number() OVER (ORDER BY l.n DESC, c.n), c.value ->> 'raw',
           CASE
               WHEN NOT (c.value ->> 'parent')::boolean THEN c.value ->> 'expression'
               WHEN (c.value ->> 'direct')::boolean THEN format('coalesce(%s, %s)', c.value ->> 'raw', c.value ->> 'expression')
               ELSE format('coalesce(%s, CAST(%s AS %s))', c.value ->> 'raw', c.value ->> 'source', c.value ->> 'base_type')
           END,
           CASE WHEN NOT (c.value ->> 'parent')::boolean
               THEN concat_ws(' ', c.value ->> 'raw', c.value ->> 'type', 'COLLATE ' || (c.value ->> 'collation')) END,
           (c.value ->> 'composite')::boolean AND NOT (c.value ->> 'parent')::boolean
    FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) WITH ORDINALITY AS l (value, n)
    CROSS JOIN jsonb_array_elements(l.value -> 'columns') WITH ORDINALITY AS c (value, n)
    WHERE c.value ->> 'expression' IS NOT NULL
      AND c.value ->> 'raw' IS DISTINCT FROM
          CASE WHEN (c.value ->> 'direct')::boolean THEN dup_select.plan_new(c.value ->> 'input') END
$$;

ALTER FUNCTION dup_select.view_assignments(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_assignments(jsonb) IS
    'What the trigger computes from the input first.';
REVOKE ALL ON FUNCTION dup_select.view_assignments(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_assignments(jsonb) TO PUBLIC;
