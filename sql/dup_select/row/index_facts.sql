CREATE OR REPLACE FUNCTION dup_select.index_facts(
    index regclass, OUT indexed regclass, OUT nulls_not_distinct boolean, OUT immediate boolean, OUT predicate pg_node_tree)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT i.indrelid, i.indnullsnotdistinct, i.indimmediate, i.indpred
        INTO indexed, nulls_not_distinct, immediate, predicate
    FROM pg_index i WHERE i.indexrelid = index;
END
$$;

ALTER FUNCTION dup_select.index_facts(regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.index_facts(regclass) IS
    'The table of an index, whether NULLs are equal in it, whether it is checked at once, its predicate.';
REVOKE ALL ON FUNCTION dup_select.index_facts(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.index_facts(regclass) TO PUBLIC;
