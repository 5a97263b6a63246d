-- PL/pgSQL casts so of itself what it assigns: as INSERT does, else by text. CAST would cut what is too long, and an integer to
-- one bit.
CREATE OR REPLACE FUNCTION dup_select.plan_sources(level jsonb, inputs jsonb) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT level || jsonb_build_object('columns', coalesce(jsonb_agg(
        CASE
            WHEN c.value ->> 'expression' IS NULL THEN c.value
            WHEN (c.value ->> 'direct')::boolean OR dup_select.mapping_check_expression(
                dup_select.plan_path_text(
                    ARRAY(SELECT jsonb_array_elements_text(level -> 'path')) || (c.value ->> 'column')),
                c.value ->> 'expression', level ->> 'table', c.value ->> 'column', inputs)
                THEN c.value || jsonb_build_object('source', c.value -> 'expression')
            ELSE c.value || jsonb_build_object('source',
                format('CAST(CAST(%s AS text) AS %s)', c.value ->> 'expression', c.value ->> 'base_type'))
        END ORDER BY c.n), '[]'))
    FROM jsonb_array_elements(level -> 'columns') WITH ORDINALITY AS c (value, n)
$$;

ALTER FUNCTION dup_select.plan_sources(jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_sources(jsonb, jsonb) IS
    'The level with the text that gives its mapped columns their values where it is assigned to their type. Errors: those of the '
    'expressions.';
REVOKE ALL ON FUNCTION dup_select.plan_sources(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_sources(jsonb, jsonb) TO PUBLIC;
