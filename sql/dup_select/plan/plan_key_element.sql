CREATE OR REPLACE FUNCTION dup_select.plan_key_element(key pg_index, n integer, "values" jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_element   text := pg_get_indexdef(key.indexrelid, n, false);
    v_column    record;
    v_value     text;
    v_collation oid := (key.indcollation::oid[])[n - 1];
    v_nullable  boolean := true;
BEGIN
    SELECT c.* INTO v_column FROM dup_select.plan_table_columns(key.indrelid) AS c
    WHERE c.attnum = (key.indkey::smallint[])[n - 1];
    IF FOUND THEN
        v_value := "values" ->> v_column.column_name;
        v_nullable := NOT v_column.required;
        v_collation := CASE WHEN v_collation <> v_column.collation_id THEN v_collation ELSE 0 END;
    ELSE
        v_element := dup_select.plan_qualified(v_element);
        v_value := dup_select.plan_evaluate(
            key.indrelid, v_element, dup_select.plan_expression_columns(key.indexprs::text), "values");
        v_collation := CASE WHEN v_collation = 100 OR v_collation IN (
            SELECT c.collation_id FROM dup_select.plan_table_columns(key.indrelid) AS c
            WHERE c.attnum = ANY (dup_select.plan_expression_columns(key.indexprs::text))) THEN 0 ELSE v_collation END;
    END IF;
    RETURN jsonb_build_object(
        'element', v_element, 'value', v_value, 'nullable', v_nullable,
        'composite', (SELECT dup_select.plan_is_composite(a.atttypid) FROM pg_attribute a
                      WHERE a.attrelid = key.indexrelid AND a.attnum = n),
        'operator', dup_select.plan_equality((key.indclass::oid[])[n - 1]),
        'collate', (SELECT coalesce(min(format(' COLLATE %I.%I', s.nspname, l.collname)), '')
                    FROM pg_collation l JOIN pg_namespace s ON s.oid = l.collnamespace WHERE l.oid = v_collation));
END
$$;

ALTER FUNCTION dup_select.plan_key_element(pg_index, integer, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_key_element(pg_index, integer, jsonb) IS
    'One element of a natural key: its text, and the text of the new row''s value.';
REVOKE ALL ON FUNCTION dup_select.plan_key_element(pg_index, integer, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_key_element(pg_index, integer, jsonb) TO PUBLIC;
