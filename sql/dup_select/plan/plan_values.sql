-- What a new row will hold in every column of its table: also where it is not mapped but has a default, or is generated.
CREATE OR REPLACE FUNCTION dup_select.plan_values(level jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_values jsonb;
    v_column record;
    v_value  text;
BEGIN
    SELECT jsonb_object_agg(c.column_name, coalesce(m.value ->> 'value', dup_select.plan_cast(c.fallback, c.stored_as),
                                                    format('NULL::%s', c.type))) INTO v_values
    FROM dup_select.plan_table_columns((level ->> 'relation')::oid) AS c
    LEFT JOIN jsonb_array_elements(level -> 'columns') AS m ON m.value ->> 'column' = c.column_name
    WHERE c.generated IS NULL;
    FOR v_column IN
        SELECT c.column_name, c.generated, c.generated_from, c.stored_as
        FROM dup_select.plan_table_columns((level ->> 'relation')::oid) AS c WHERE c.generated IS NOT NULL
    LOOP
        v_value := dup_select.plan_evaluate(
            (level ->> 'relation')::oid, v_column.generated, v_column.generated_from, v_values);
        v_values := v_values || jsonb_build_object(v_column.column_name,
            dup_select.plan_cast(v_value, v_column.stored_as));
    END LOOP;
    RETURN v_values;
END
$$;

ALTER FUNCTION dup_select.plan_values(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_values(jsonb) IS
    'Text of what a new row holds, per column of the table.';
REVOKE ALL ON FUNCTION dup_select.plan_values(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_values(jsonb) TO PUBLIC;
