CREATE OR REPLACE FUNCTION dup_select.plan_check_natural_keys(levels jsonb, natural_keys jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_name text;
BEGIN
    SELECT k.key INTO v_name
    FROM jsonb_each(natural_keys) AS k
    WHERE NOT EXISTS (
        SELECT
        FROM jsonb_array_elements(levels) AS l
        CROSS JOIN LATERAL dup_select.mapping_natural_key(jsonb_build_object(k.key, k.value), (l.value ->> 'relation')::oid,
            dup_select.plan_path_text(ARRAY(SELECT jsonb_array_elements_text(l.value -> 'path')))) AS w
        WHERE w.index_name IS NOT NULL OR w.columns IS NOT NULL)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'natural_keys names %, which is neither a table nor a path of the mapping', v_name
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;

ALTER FUNCTION dup_select.plan_check_natural_keys(jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_check_natural_keys(jsonb, jsonb) IS
    'Raises where natural_keys names what is not there: 22023.';
REVOKE ALL ON FUNCTION dup_select.plan_check_natural_keys(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_check_natural_keys(jsonb, jsonb) TO PUBLIC;
