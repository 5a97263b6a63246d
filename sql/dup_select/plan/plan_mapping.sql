CREATE OR REPLACE FUNCTION dup_select.plan_mapping(target regclass, mapping jsonb, input regclass, natural_keys jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_whole   jsonb;
    v_mapping jsonb := coalesce(mapping, dup_select.mapping_default(target, input, natural_keys));
BEGIN
    IF mapping IS NULL AND v_mapping = '{}' THEN
        v_whole := dup_select.mapping_default(target, NULL, natural_keys);
        IF v_whole = '{}' THEN
            RAISE EXCEPTION '% has no column that is mapped by default', dup_select.plan_table_name(target)
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = 'Give a mapping: only one maps columns with an identity or a volatile default.';
        END IF;
        RAISE EXCEPTION '% has none of the columns that the default mapping of % takes', dup_select.plan_table_name(input),
            dup_select.plan_table_name(target)
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Give a mapping, or name the columns as this one does: %s.', v_whole);
    END IF;
    RETURN v_mapping;
END
$$;

ALTER FUNCTION dup_select.plan_mapping(regclass, jsonb, regclass, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_mapping(regclass, jsonb, regclass, jsonb) IS
    'The mapping that is given, or the default one where it is NULL. Errors: 22023 where that one is empty; those of '
    'mapping_default.';
REVOKE ALL ON FUNCTION dup_select.plan_mapping(regclass, jsonb, regclass, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_mapping(regclass, jsonb, regclass, jsonb) TO PUBLIC;
