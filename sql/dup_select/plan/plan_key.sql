CREATE OR REPLACE FUNCTION dup_select.plan_key(level jsonb, natural_keys jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_key       record;
    v_index     pg_index;
    v_triggered boolean := dup_select.plan_is_triggered((level ->> 'relation')::oid);
    v_values    jsonb := dup_select.plan_values(level);
    v_wanted    jsonb;
    v_composite boolean;
    v_where     text;
BEGIN
    SELECT * INTO v_key FROM dup_select.plan_key_index(level, natural_keys);
    SELECT * INTO v_index FROM pg_index i WHERE i.indexrelid = v_key.index_id;
    IF v_key.columns IS NOT NULL THEN
        RETURN level || jsonb_build_object('triggered', v_triggered) || dup_select.plan_key_of_columns(level, v_key.columns);
    ELSIF NOT FOUND THEN
        RETURN level || jsonb_build_object('triggered', v_triggered);
    END IF;
    SELECT coalesce(jsonb_agg(c.value ->> 'raw' ORDER BY c.value ->> 'raw')
                        FILTER (WHERE NOT level -> 'shared' ? (c.value ->> 'column')),
                    jsonb_agg(c.value ->> 'raw' ORDER BY c.value ->> 'raw')),
           bool_or(dup_select.plan_is_composite(a.atttypid))
        INTO v_wanted, v_composite
    FROM jsonb_array_elements(level -> 'columns') AS c
    JOIN pg_attribute a ON a.attrelid = v_index.indrelid AND a.attname = c.value ->> 'column'
    WHERE NOT v_key.shown OR a.attnum = ANY (v_index.indkey::smallint[] || dup_select.plan_key_sources(v_index));
    v_where := dup_select.plan_qualified(pg_get_expr(v_index.indpred, v_index.indrelid));
    RETURN level || jsonb_build_object(
        'triggered', v_triggered, 'shown', v_key.shown,
        'index', (SELECT c.relname FROM pg_class c WHERE c.oid = v_index.indexrelid),
        'where', v_where,
        'satisfies', dup_select.plan_satisfies(v_index, v_where, v_values, level),
        'nulls_distinct', NOT v_index.indnullsnotdistinct,
        'elements', (SELECT jsonb_agg(dup_select.plan_key_element(v_index, n, v_values) ORDER BY n)
                     FROM generate_series(1, v_index.indnkeyatts) AS n),
        'wanted', v_wanted, 'wants_composite', v_composite);
END
$$;

ALTER FUNCTION dup_select.plan_key(jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_key(jsonb, jsonb) IS
    'The level with its natural key, and whether BEFORE triggers may change that. Errors: 22023.';
REVOKE ALL ON FUNCTION dup_select.plan_key(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_key(jsonb, jsonb) TO PUBLIC;
