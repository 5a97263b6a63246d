-- Whether the new row falls under a partial index: NULL where it always does, as where deleted_at is not mapped and the index
-- is that of rows that are not deleted. That is found out here only where nothing of the table's owner's is run for it.
CREATE OR REPLACE FUNCTION dup_select.plan_satisfies(key pg_index, predicate text, "values" jsonb, level jsonb) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_columns integer[] := dup_select.plan_expression_columns(key.indpred::text);
    v_text    text := dup_select.plan_evaluate(key.indrelid, predicate, v_columns, "values");
    v_always  boolean;
BEGIN
    IF predicate IS NOT NULL AND dup_select.plan_is_constant(key, v_columns)
        AND NOT EXISTS (SELECT FROM dup_select.plan_table_columns(key.indrelid) AS c
                        LEFT JOIN dup_select.plan_table_columns(key.indrelid) AS f ON f.attnum = ANY (c.generated_from)
                        JOIN jsonb_array_elements(level -> 'columns') AS m
                            ON m.value ->> 'column' IN (c.column_name, f.column_name)
                        WHERE c.attnum = ANY (v_columns))
    THEN
        EXECUTE 'SELECT ' || v_text INTO v_always;
        v_text := CASE WHEN v_always THEN NULL ELSE 'false' END;
    END IF;
    RETURN v_text;
END
$$;

ALTER FUNCTION dup_select.plan_satisfies(pg_index, text, jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_satisfies(pg_index, text, jsonb, jsonb) IS
    'Text that tells whether the new row falls under a partial index. NULL where it always does.';
REVOKE ALL ON FUNCTION dup_select.plan_satisfies(pg_index, text, jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_satisfies(pg_index, text, jsonb, jsonb) TO PUBLIC;
