CREATE OR REPLACE FUNCTION dup_select.sole_key(target regclass) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_indexes regclass[] := ARRAY(SELECT i.indexrelid::regclass FROM pg_index i
                                  WHERE i.indrelid = target AND (i.indisunique OR i.indisexclusion) ORDER BY i.indexrelid);
    v_index   pg_index;
    v_columns text[];
    v_server  text[];
    v_reason  text;
BEGIN
    SELECT * INTO v_index FROM pg_index i WHERE i.indexrelid = v_indexes[1];
    SELECT array_agg(a.attname ORDER BY k.n), array_agg(a.attname ORDER BY k.n) FILTER (WHERE a.attgenerated <> '')
        INTO v_columns, v_server
    FROM unnest(v_index.indkey::smallint[]) WITH ORDINALITY AS k (attnum, n)
    JOIN pg_attribute a ON a.attrelid = target AND a.attnum = k.attnum
    WHERE k.n <= v_index.indnkeyatts;
    v_reason := CASE
        WHEN cardinality(v_indexes) = 0 THEN 'it has no unique constraint'
        WHEN cardinality(v_indexes) > 1 THEN format('it has several unique constraints: %s', array_to_string(v_indexes, ', '))
        WHEN v_index.indisexclusion THEN format('%s is an exclusion constraint', v_indexes[1])
        WHEN NOT v_index.indisvalid THEN format('%s is not valid', v_indexes[1])
        WHEN NOT v_index.indimmediate THEN format('%s is deferrable', v_indexes[1])
        WHEN v_index.indexprs IS NOT NULL THEN format('%s is on an expression', v_indexes[1])
        WHEN v_index.indpred IS NOT NULL THEN format('%s is partial', v_indexes[1])
        WHEN EXISTS (SELECT FROM pg_partition_tree(target) p WHERE dup_select.has_before_trigger(p.relid, v_indexes[1]))
            THEN 'a BEFORE INSERT trigger may change the key'
        WHEN v_server IS NOT NULL THEN format('no value is given for key column %s', array_to_string(v_server, ', '))
    END;
    IF v_reason IS NOT NULL THEN
        PERFORM dup_select.refuse_return(target, v_reason);
    END IF;
    RETURN v_columns;
END
$$;

ALTER FUNCTION dup_select.sole_key(regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.sole_key(regclass) IS
    'Columns of the only unique index of a table, where a row shows their values. 0A000 otherwise, with the '
    'reason.';
REVOKE ALL ON FUNCTION dup_select.sole_key(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.sole_key(regclass) TO PUBLIC;
