-- What is read from staged facts alone is done while everybody may still write. The question what stands is asked in a
-- transaction of its own that is rolled back: its locks, kept while this load waits at the gate, would keep a load that defers
-- indexes waiting behind it.
CREATE OR REPLACE PROCEDURE exograph.index_staged(load_id integer, partition_threshold bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_facts text[];
    v_fact  text;
    v_index regclass;
BEGIN
    IF NOT exograph.has_reserved_ids(load_id) THEN
        RETURN;
    END IF;
    BEGIN
        v_facts := exograph.adoptable_facts(load_id, partition_threshold);
        RAISE EXCEPTION 'asked';
    EXCEPTION WHEN raise_exception THEN
        NULL;
    END;
    FOREACH v_fact IN ARRAY v_facts LOOP
        PERFORM exograph.start_phase(load_id, 'indexing', v_fact);
        FOR v_index IN
            SELECT i.indexrelid FROM pg_index i
            WHERE i.indrelid = format('exograph.%I', v_fact)::regclass
            ORDER BY i.indisunique DESC
        LOOP
            BEGIN
                CALL exograph.create_fact_index(v_index, 'staged_' || v_fact, exograph.partition_name(v_fact, load_id));
            EXCEPTION WHEN unique_violation THEN
                -- Equal facts are collapsed when their ids are known to be final.
                UPDATE staged_rows r SET repeats = true WHERE r.table_name = v_fact;
            END;
        END LOOP;
        EXECUTE format('ANALYZE %I', 'staged_' || v_fact);
        UPDATE staged_rows r SET indexed = true WHERE r.table_name = v_fact;
    END LOOP;
END
$$;

ALTER PROCEDURE exograph.index_staged(integer, bigint) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.index_staged(integer, bigint) IS
    'Builds the indexes of staged facts that will probably become partitions as they stand, and makes their statistics.';
REVOKE ALL ON PROCEDURE exograph.index_staged(integer, bigint) FROM PUBLIC;
