CREATE OR REPLACE FUNCTION dup_select.plan_check_expressions(levels jsonb, inputs jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_entry record;
BEGIN
    FOR v_entry IN
        SELECT c.value AS mapped,
               dup_select.plan_path_text(
                   ARRAY(SELECT jsonb_array_elements_text(l.value -> 'path')) || (c.value ->> 'column')) AS path
        FROM jsonb_array_elements(levels) AS l, jsonb_array_elements(l.value -> 'columns') AS c
        WHERE c.value ->> 'expression' IS NOT NULL AND c.value -> 'direct' IS DISTINCT FROM 'true'
    LOOP
        PERFORM dup_select.mapping_check_expression(
            v_entry.path, v_entry.mapped ->> 'expression', v_entry.mapped ->> 'base_type', inputs);
    END LOOP;
END
$$;

ALTER FUNCTION dup_select.plan_check_expressions(jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_check_expressions(jsonb, jsonb) IS
    'Raises where a mapped expression is none. Errors: those of the expression.';
REVOKE ALL ON FUNCTION dup_select.plan_check_expressions(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_check_expressions(jsonb, jsonb) TO PUBLIC;
