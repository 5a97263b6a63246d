-- A level is a table at a path from the target: the target itself at the empty path, a parent at the path of its foreign key.
CREATE OR REPLACE FUNCTION dup_select.plan_levels(target oid, mapping jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_entry  record;
    v_levels jsonb := jsonb_build_object('', dup_select.plan_level(target, '{}', NULL));
    v_path   text;
    v_child  text;
    v_column text;
    v_input  text;
BEGIN
    FOR v_entry IN SELECT * FROM dup_select.mapping_paths(mapping) AS p ORDER BY cardinality(p.path), p.path LOOP
        v_path := '';
        FOR v_step IN 1 .. cardinality(v_entry.path) - 1 LOOP
            v_child := v_path;
            v_path := dup_select.plan_path_text(v_entry.path[:v_step]);
            IF NOT v_levels ? v_path THEN
                v_levels := v_levels || jsonb_build_object(v_path, dup_select.plan_level(
                    (v_levels #>> ARRAY[v_child, 'relation'])::oid, v_entry.path[:v_step], v_levels -> v_child));
            END IF;
        END LOOP;
        v_column := v_entry.path[cardinality(v_entry.path)];
        PERFORM dup_select.plan_check_column((v_levels #>> ARRAY[v_path, 'relation'])::oid, v_column, v_entry.path);
        v_levels := jsonb_set(v_levels, ARRAY[v_path, 'mapped', v_column], to_jsonb(v_entry.expression));
        v_input := dup_select.mapping_input(v_entry.expression);
        IF v_input IS NOT NULL THEN
            v_levels := jsonb_set(v_levels, ARRAY[v_path, 'inputs', v_column], to_jsonb(v_input));
        END IF;
    END LOOP;
    v_levels := (SELECT jsonb_agg(l.value ORDER BY jsonb_array_length(l.value -> 'path'), l.value -> 'path')
                 FROM jsonb_each(v_levels) AS l);
    RETURN dup_select.plan_shared_columns(v_levels);
END
$$;

ALTER FUNCTION dup_select.plan_levels(oid, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_levels(oid, jsonb) IS
    'The levels of a mapping, children first: jsonb array. Errors: 42703, 42702, 428C9, 0A000.';
REVOKE ALL ON FUNCTION dup_select.plan_levels(oid, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_levels(oid, jsonb) TO PUBLIC;
