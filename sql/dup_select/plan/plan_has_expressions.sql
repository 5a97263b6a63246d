CREATE OR REPLACE FUNCTION dup_select.plan_has_expressions(plan jsonb) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT EXISTS (
        SELECT
        FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) AS l, jsonb_array_elements(l.value -> 'columns') AS c
        WHERE c.value ->> 'expression' IS NOT NULL AND (c.value ->> 'direct')::boolean IS NOT TRUE)
$$;

ALTER FUNCTION dup_select.plan_has_expressions(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_has_expressions(jsonb) IS
    'Whether the mapping has an expression that is more than the name of an input column.';
REVOKE ALL ON FUNCTION dup_select.plan_has_expressions(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_has_expressions(jsonb) TO PUBLIC;
