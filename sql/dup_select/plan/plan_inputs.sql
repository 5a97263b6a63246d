CREATE OR REPLACE FUNCTION dup_select.plan_inputs(levels jsonb, input oid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_entry  record;
    v_inputs jsonb := '[]';
    v_known  jsonb;
BEGIN
    IF input IS NOT NULL THEN
        RETURN (SELECT jsonb_agg(jsonb_build_object('name', c.column_name, 'type', c.type) ORDER BY c.attnum)
                FROM dup_select.plan_table_columns(input) AS c);
    END IF;
    FOR v_entry IN
        SELECT l.value -> 'inputs' ->> m.key AS name, m.value AS expression, c.type,
               dup_select.plan_path_text(ARRAY(SELECT jsonb_array_elements_text(l.value -> 'path')) || m.key) AS path
        FROM jsonb_array_elements(levels) WITH ORDINALITY AS l (value, n)
        CROSS JOIN LATERAL jsonb_each_text(l.value -> 'mapped') AS m
        JOIN LATERAL dup_select.plan_table_columns((l.value ->> 'relation')::oid) AS c ON c.column_name = m.key
        ORDER BY l.n, c.attnum
    LOOP
        IF v_entry.name IS NULL THEN
            RAISE EXCEPTION 'path % is mapped to "%", and the types of the input columns are not known',
                v_entry.path, v_entry.expression
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = 'Give input => a table with the input columns, or map the path to a plain column name.';
        END IF;
        v_known := jsonb_path_query_first(v_inputs, '$[*] ? (@.name == $name)', jsonb_build_object('name', v_entry.name));
        IF v_known ->> 'type' <> v_entry.type THEN
            RAISE EXCEPTION 'input column % would be % by path % and % by another', quote_ident(v_entry.name), v_entry.type,
                v_entry.path, v_known ->> 'type'
                USING ERRCODE = 'datatype_mismatch', HINT = 'Give input => a table with the input columns.';
        ELSIF v_known IS NULL THEN
            v_inputs := v_inputs || jsonb_build_object('name', v_entry.name, 'type', v_entry.type);
        END IF;
    END LOOP;
    RETURN v_inputs;
END
$$;

ALTER FUNCTION dup_select.plan_inputs(jsonb, oid) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_inputs(jsonb, oid) IS
    'Input columns and their types: those of the input table, else those the mapping names. Errors: 22023, 42804.';
REVOKE ALL ON FUNCTION dup_select.plan_inputs(jsonb, oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_inputs(jsonb, oid) TO PUBLIC;
