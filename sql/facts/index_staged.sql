-- What is read from staged facts alone is done while everybody may still write. The question what stands is asked in a
-- transaction of its own that is rolled back: its locks, kept while this load waits at the gate, would keep a load that defers
-- indexes waiting behind it.
CREATE OR REPLACE PROCEDURE exograph.index_staged(load_id integer, partition_threshold bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_facts text[];
    v_fact  text;
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
        BEGIN
            CALL exograph.index_staged_table(load_id, v_fact);
        EXCEPTION WHEN program_limit_exceeded OR data_exception OR internal_error OR raise_exception THEN
            -- A dead row. Were it a live one, the table that settle_facts writes again would fail in the same way.
            UPDATE staged_rows r SET unfit = true WHERE r.table_name = v_fact;
        END;
    END LOOP;
END
$$;

ALTER PROCEDURE exograph.index_staged(integer, bigint) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.index_staged(integer, bigint) IS
    'Builds the indexes of staged facts that will probably become partitions as they stand, and makes their statistics. An index '
    'build also enters rows that this transaction deleted (rejects) or an older snapshot may still see (rows mended by hand): a '
    'table that holds one which no index can hold is noted as unfit.';
REVOKE ALL ON PROCEDURE exograph.index_staged(integer, bigint) FROM PUBLIC;
