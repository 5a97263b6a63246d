-- What is read from staged facts alone is done while everybody may still write.
CREATE OR REPLACE PROCEDURE exograph.index_staged(load_id integer, partition_threshold bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_fact  text;
    v_index regclass;
BEGIN
    IF NOT exograph.has_reserved_ids(load_id) THEN
        RETURN;
    END IF;
    FOR v_fact IN
        SELECT t.table_name
        FROM exograph.load_tables t
        WHERE t.load_id = index_staged.load_id AND t.staged - t.rejected >= greatest(partition_threshold, 1)
            AND t.table_name IN (SELECT c.table_name FROM exograph.staging_columns c WHERE c.identity)
            AND exograph.may_be_adopted(t.table_name)
        ORDER BY t.position
    LOOP
        PERFORM exograph.start_phase(load_id, 'indexing', v_fact);
        FOR v_index IN
            SELECT i.indexrelid FROM pg_index i
            WHERE i.indrelid = format('exograph.%I', v_fact)::regclass
            ORDER BY i.indisunique DESC
        LOOP
            BEGIN
                CALL exograph.create_fact_index(v_index, 'staged_' || v_fact, exograph.partition_name(v_fact, load_id));
            EXCEPTION WHEN unique_violation THEN
                NULL; -- equal facts are collapsed when their ids are known to be final
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
