CREATE OR REPLACE FUNCTION dup_select.plan_key_index(
    level jsonb, natural_keys jsonb, OUT index_id oid, OUT shown boolean, OUT columns text[])
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_relation oid := (level ->> 'relation')::oid;
    v_path     text := dup_select.plan_path_text(ARRAY(SELECT jsonb_array_elements_text(level -> 'path')));
    v_mapped   text[] := ARRAY(SELECT c.value ->> 'column' FROM jsonb_array_elements(level -> 'columns') AS c);
    v_wish     text := (dup_select.mapping_natural_key(natural_keys, v_relation, v_path)).index_name;
BEGIN
    columns := (dup_select.mapping_natural_key(natural_keys, v_relation, v_path)).columns;
    SELECT k.index_id, k.shown INTO index_id, shown
    FROM dup_select.plan_key_candidates(v_relation, v_mapped) AS k
    WHERE CASE
        WHEN columns IS NOT NULL THEN k.shown AND dup_select.plan_is_index_of(k.index_id, columns)
        ELSE k.name = coalesce(v_wish, k.name)
    END
    LIMIT 1;
    IF index_id IS NULL AND columns IS NOT NULL THEN
        PERFORM dup_select.plan_check_key_columns(v_relation, columns, v_mapped);
        shown := true;
        RETURN;
    END IF;
    columns := NULL;
    IF index_id IS NULL AND v_wish IS NOT NULL THEN
        RAISE EXCEPTION '% of % cannot be the natural key: it is not a unique index, or the mapping does not fill its columns',
            quote_ident(v_wish), level ->> 'table'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'A deferrable constraint cannot be one either.';
    END IF;
    IF index_id IS NULL AND v_path <> '' THEN
        RAISE EXCEPTION 'path % leads to %, of which no unique key has all its columns mapped', v_path, level ->> 'table'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Map the columns of a unique key below %s, or %1$s itself to an id, or name columns as its key '
                      'by natural_keys.', v_path);
    END IF;
END
$$;

ALTER FUNCTION dup_select.plan_key_index(jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_key_index(jsonb, jsonb) IS
    'The index of the natural key, and whether the mapping shows that key or a BEFORE trigger has yet to make it; or the columns '
    'that natural_keys names and that no index covers. NULL where the target has neither. Errors: 22023, 42703.';
REVOKE ALL ON FUNCTION dup_select.plan_key_index(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_key_index(jsonb, jsonb) TO PUBLIC;
