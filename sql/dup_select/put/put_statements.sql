CREATE OR REPLACE FUNCTION dup_select.put_statements(plan jsonb, source oid) RETURNS TABLE (
    title text, once text, resolve text, missing text, pending text)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level jsonb;
    v_title text;
BEGIN
    RETURN QUERY SELECT NULL, f.statement, NULL, NULL, NULL
                 FROM dup_select.put_fill(plan, dup_select.plan_table_name(source)) AS f (statement);
    FOR v_level IN SELECT jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) LOOP
        v_title := dup_select.level_title(v_level);
        IF v_level ? 'index' THEN
            RETURN QUERY SELECT v_title, NULL, dup_select.put_resolve(plan, v_level), dup_select.put_missing(v_level),
                format('SELECT FROM pg_temp.put_table_rows AS s WHERE %s', array_to_string(
                    dup_select.put_pending(v_level) || dup_select.put_has_key(v_level), ' AND '));
        END IF;
        IF dup_select.put_has_key(v_level) IS NOT NULL THEN
            RETURN QUERY SELECT v_title || ': rows without a key', dup_select.put_keyless(plan, v_level), NULL, NULL, NULL;
        END IF;
    END LOOP;
END
$$;

ALTER FUNCTION dup_select.put_statements(jsonb, oid) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_statements(jsonb, oid) IS
    'The statements of put_table in order: each once, or resolve and missing until nothing is pending.';
REVOKE ALL ON FUNCTION dup_select.put_statements(jsonb, oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_statements(jsonb, oid) TO PUBLIC;
