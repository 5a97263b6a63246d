-- The target's own columns by their names, each foreign key by its parent's natural key, or by its id where the input has only
-- that.
CREATE OR REPLACE FUNCTION dup_select.mapping_default(
    target regclass, input regclass DEFAULT NULL, natural_keys jsonb DEFAULT NULL
) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_clash   record;
    v_mapping jsonb;
BEGIN
    SELECT m.input_column, min(m.path) AS one, max(m.path) AS other INTO v_clash
    FROM dup_select.mapping_of_table(target, '{}', '', ARRAY[target::oid], NULL, natural_keys) AS m
    GROUP BY m.input_column HAVING count(*) > 1 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'paths % and % would both have input column %',
            v_clash.one, v_clash.other, quote_ident(v_clash.input_column)
            USING ERRCODE = 'duplicate_column', HINT = 'Give a mapping.';
    END IF;
    SELECT m.input_column, m.path AS one INTO v_clash
    FROM dup_select.mapping_of_table(target, '{}', '', ARRAY[target::oid], NULL, natural_keys) AS m
    WHERE octet_length(m.input_column) > 63 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'path % would have input column %, a name of more than 63 bytes',
            v_clash.one, quote_ident(v_clash.input_column)
            USING ERRCODE = 'name_too_long', HINT = 'Give a mapping.';
    END IF;
    SELECT jsonb_object_agg(m.path, quote_ident(m.input_column)) INTO v_mapping
    FROM dup_select.mapping_of_table(target, '{}', '', ARRAY[target::oid], NULL, natural_keys) AS m
    WHERE input IS NULL OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = input AND a.attname = m.input_column
                                   AND a.attnum > 0 AND NOT a.attisdropped);
    RETURN coalesce(v_mapping, '{}') || dup_select.mapping_ids(target, input, coalesce(v_mapping, '{}'));
END
$$;

ALTER FUNCTION dup_select.mapping_default(regclass, regclass, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.mapping_default(regclass, regclass, jsonb) IS
    'The mapping that the catalog suggests. Errors: 42622, 42701.';
REVOKE ALL ON FUNCTION dup_select.mapping_default(regclass, regclass, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.mapping_default(regclass, regclass, jsonb) TO PUBLIC;
