CREATE OR REPLACE FUNCTION dup_select.put_statements(plan jsonb) RETURNS TABLE (
    title text, once text, resolve text, missing text, pending text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_level jsonb;
    v_title text;
BEGIN
    FOR v_level IN SELECT jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) LOOP
        v_title := dup_select.level_title(v_level);
        IF (v_level ->> 'triggered')::boolean AND (v_level ? 'index' OR NOT v_level ? 'elements') THEN
            RETURN QUERY SELECT v_title, NULL, dup_select.put_resolve(plan, v_level), dup_select.put_by_row(plan, v_level),
                format('SELECT FROM %s WHERE %s', dup_select.put_rows(v_level),
                    array_to_string(dup_select.put_pending(v_level), ' AND '));
            CONTINUE;
        END IF;
        IF v_level ? 'elements' THEN
            RETURN QUERY SELECT v_title, NULL, dup_select.put_resolve(plan, v_level), dup_select.put_missing(v_level),
                format('SELECT FROM %s WHERE %s', dup_select.put_rows(v_level), array_to_string(
                    dup_select.put_pending(v_level) || dup_select.put_has_key(v_level), ' AND '));
        END IF;
        IF dup_select.put_has_key(v_level) IS NOT NULL THEN
            RETURN QUERY SELECT v_title || ': rows without a key', dup_select.put_keyless(plan, v_level), NULL, NULL, NULL;
        END IF;
    END LOOP;
END
$$;

ALTER FUNCTION dup_select.put_statements(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_statements(jsonb) IS
    'The statements of put_table by level: each once, or resolve (where it is not NULL) and missing until nothing is pending.';
REVOKE ALL ON FUNCTION dup_select.put_statements(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_statements(jsonb) TO PUBLIC;
