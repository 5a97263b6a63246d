CREATE OR REPLACE FUNCTION dup_select.mapping_paths(mapping jsonb) RETURNS TABLE (path text[], expression text)
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
    v_entry record;
BEGIN
    IF jsonb_typeof(mapping) <> 'object' OR mapping = '{}' THEN
        RAISE EXCEPTION 'a mapping is a jsonb object of paths and expressions, not %', mapping
            USING ERRCODE = 'invalid_parameter_value', HINT = 'For example {"name": "name", "parent_id.name": "upper(parent)"}.';
    END IF;
    FOR v_entry IN SELECT e.key, e.value, jsonb_typeof(e.value) AS type FROM jsonb_each(mapping) AS e LOOP
        IF v_entry.type <> 'string' THEN
            RAISE EXCEPTION 'path % is mapped to %, not to an SQL expression', v_entry.key, v_entry.value
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = 'Write the expression as a jsonb string, a constant as "''x''".';
        END IF;
    END LOOP;
    RETURN QUERY SELECT parse_ident(e.key), e.value FROM jsonb_each_text(mapping) AS e;
    IF EXISTS (SELECT FROM jsonb_object_keys(mapping) AS k GROUP BY parse_ident(k) HAVING count(*) > 1) THEN
        RAISE EXCEPTION 'a path is mapped twice, in two spellings: %',
            (SELECT string_agg(k, ', ') FROM jsonb_object_keys(mapping) AS k
             GROUP BY parse_ident(k) HAVING count(*) > 1 LIMIT 1)
            USING ERRCODE = 'duplicate_column';
    END IF;
END
$$;

ALTER FUNCTION dup_select.mapping_paths(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.mapping_paths(jsonb) IS
    'Paths and expressions of a mapping. Errors: 22023, 42701.';
REVOKE ALL ON FUNCTION dup_select.mapping_paths(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.mapping_paths(jsonb) TO PUBLIC;
