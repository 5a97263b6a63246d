CREATE OR REPLACE FUNCTION dup_select.plan(target regclass, mapping jsonb, input regclass, natural_keys jsonb, by_row boolean)
RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET intervalstyle = 'postgres' -- of defaults, as text
AS $$
DECLARE
    v_levels jsonb;
    v_inputs jsonb;
BEGIN
    PERFORM dup_select.plan_check_tables(target, input, by_row);
    v_levels := dup_select.plan_levels(target, dup_select.plan_mapping(target, mapping, input, natural_keys));
    PERFORM dup_select.plan_check_rules(v_levels);
    v_inputs := dup_select.plan_inputs(v_levels, input);
    v_levels := dup_select.plan_names(v_levels, v_inputs);
    PERFORM dup_select.plan_check_names(v_levels, v_inputs, by_row);
    v_levels := dup_select.plan_made_names(v_levels, v_inputs, by_row);
    v_levels := (SELECT jsonb_agg(l.value || jsonb_build_object(
                            'columns', dup_select.plan_columns(l.value, v_levels, v_inputs, by_row)) ORDER BY l.n)
                 FROM jsonb_array_elements(v_levels) WITH ORDINALITY AS l (value, n));
    v_levels := dup_select.plan_references(v_levels, by_row);
    PERFORM dup_select.plan_check_natural_keys(v_levels, natural_keys);
    v_levels := (SELECT jsonb_agg(dup_select.plan_key(dup_select.plan_sources(l.value, v_inputs), natural_keys) ORDER BY l.n)
                 FROM jsonb_array_elements(v_levels) WITH ORDINALITY AS l (value, n));
    PERFORM dup_select.plan_check_rules(v_levels);
    PERFORM dup_select.plan_tell_keyless(v_levels -> 0);
    RETURN jsonb_build_object(
        'target', v_levels -> 0,
        'parents', (SELECT coalesce(jsonb_agg(l.value ORDER BY l.n DESC), '[]')
                    FROM jsonb_array_elements(v_levels) WITH ORDINALITY AS l (value, n) WHERE l.n > 1),
        'inputs', v_inputs,
        'read_keys', dup_select.plan_read_keys(v_levels),
        'made', v_levels #> '{0,made}',
        'pinned', dup_select.plan_is_pinned(v_levels),
        'primary_key', dup_select.plan_primary_key(target));
END
$$;

ALTER FUNCTION dup_select.plan(regclass, jsonb, regclass, jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan(regclass, jsonb, regclass, jsonb, boolean) IS
    'What inserter_view_sql and put_table have in common: target and parents with columns, natural keys and the text '
    'of their values, for a trigger (by_row) or for sets. Errors: 22004, 22023, 42701, 42702, 42703, 42804, 42809, 428C9, '
    '0A000, those of an expression.';
REVOKE ALL ON FUNCTION dup_select.plan(regclass, jsonb, regclass, jsonb, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan(regclass, jsonb, regclass, jsonb, boolean) TO PUBLIC;
