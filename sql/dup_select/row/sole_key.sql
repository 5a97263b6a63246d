CREATE OR REPLACE FUNCTION dup_select.sole_key(target regclass) RETURNS regclass
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_indexes regclass[] := ARRAY(SELECT i.indexrelid::regclass FROM pg_index i
                                  WHERE i.indrelid = target AND (i.indisunique OR i.indisexclusion) ORDER BY i.indexrelid);
    v_index   pg_index;
    v_reason  text;
BEGIN
    SELECT * INTO v_index FROM pg_index i WHERE i.indexrelid = v_indexes[1];
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
    END;
    IF v_reason IS NOT NULL THEN
        PERFORM dup_select.refuse_return(target, v_reason);
    END IF;
    RETURN v_indexes[1];
END
$$;

ALTER FUNCTION dup_select.sole_key(regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.sole_key(regclass) IS
    'The only unique index of a table, where it is on plain columns whose values a row shows. 0A000 otherwise, with the '
    'reason.';
REVOKE ALL ON FUNCTION dup_select.sole_key(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.sole_key(regclass) TO PUBLIC;
