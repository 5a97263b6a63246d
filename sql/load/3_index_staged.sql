SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Builds the indexes of staged facts that will probably become partitions as they stand, and makes their statistics. An index
-- build also enters rows that this transaction deleted (rejects) or an older snapshot may still see (rows mended by hand): a
-- table that holds one which no index can hold is noted as unfit. What is read from staged facts alone is done while everybody
-- may still write. The question what stands is asked in a transaction of its own that is rolled back: its locks, kept while this
-- load waits at the gate, would keep a load that defers indexes waiting behind it.
CREATE OR REPLACE PROCEDURE exograph_private.index_staged(load_id integer, partition_threshold bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_facts text[];
    v_fact  text;
BEGIN
    IF NOT exograph_private.has_reserved_ids(load_id) THEN
        RETURN;
    END IF;
    BEGIN
        v_facts := exograph_private.adoptable_facts(load_id, partition_threshold);
        RAISE EXCEPTION 'asked';
    EXCEPTION WHEN raise_exception THEN
        NULL;
    END;
    FOREACH v_fact IN ARRAY v_facts LOOP
        PERFORM exograph_private.start_phase(load_id, 'indexing', v_fact);
        BEGIN
            CALL exograph_private.index_staged_table(load_id, v_fact);
        EXCEPTION WHEN program_limit_exceeded OR data_exception OR internal_error OR raise_exception THEN
            -- A dead row. Were it a live one, the table that settle_facts writes again would fail in the same way.
            UPDATE staged_rows r SET unfit = true WHERE r.table_name = v_fact;
        END;
    END LOOP;
END
$$;

-- Fact tables of a load with reserved ids that will probably become partitions as they are staged: at most a tenth of the files
-- stands and of the rows is to be filled in, and, for fragment_terms, none of the terms stands. Asked before the gate is closed:
-- what stands may be a little more by then.
CREATE OR REPLACE FUNCTION exograph_private.adoptable_facts(load_id integer, partition_threshold bigint) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF (SELECT count(n.file_id) > count(*) / 10 FROM exograph_private.existing_files() n) THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT t.table_name
        FROM exograph.load_tables t
        JOIN staged_rows r ON r.table_name = t.table_name
        WHERE t.load_id = adoptable_facts.load_id
            AND t.table_name IN (SELECT c.table_name FROM exograph.staging_columns c WHERE c.identity)
            AND t.staged > t.rejected
            AND t.staged - t.rejected >= exograph_private.least_rows_of_partition(t.table_name, partition_threshold)
            AND r.unfinished <= (t.staged - t.rejected) / 10
            AND NOT (t.table_name = 'fragment_terms' AND EXISTS (
                SELECT FROM staged_terms s JOIN exograph.terms x ON exograph.text_digest(x.term) = exograph.text_digest(s.term)))
        ORDER BY t.position);
END
$$;

-- Rows from which on the facts of a load become a partition: partition_threshold, or, while the table is empty, a tenth of it
-- that is at least 1,000. The first facts of a table would each pay for index maintenance and four foreign-key triggers, 36 us:
-- 12,000 took 0.43 s, and 0.05 s in partitions. It happens once in a table, and so costs it one partition.
CREATE OR REPLACE FUNCTION exograph_private.least_rows_of_partition(table_name text, partition_threshold bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_empty boolean;
BEGIN
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM exograph.%I)', table_name) INTO v_empty;
    RETURN CASE WHEN v_empty THEN least(partition_threshold, greatest(partition_threshold / 10, 1000))
                ELSE partition_threshold END;
END
$$;

-- Builds on staged_<table> what its partition will need, as far as its rows need not be changed for it. Errors: whatever an
-- index build raises. NOT NULL costs a scan, 1.7 s of 20M rows; where all columns are required it need not be made behind the
-- closed gate.
CREATE OR REPLACE PROCEDURE exograph_private.index_staged_table(load_id integer, table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_staged text := 'staged_' || table_name;
    v_forms  text;
    v_index  regclass;
BEGIN
    SELECT string_agg(format('ALTER %I SET NOT NULL', c.column_name), ', ') INTO v_forms
    FROM exograph.staging_columns c
    WHERE c.table_name = index_staged_table.table_name
    HAVING bool_and(c.required);
    IF v_forms IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %I %s', v_staged, v_forms);
    END IF;
    FOR v_index IN
        SELECT i.indexrelid FROM pg_index i
        WHERE i.indrelid = format('exograph.%I', table_name)::regclass
        ORDER BY i.indisunique DESC
    LOOP
        BEGIN
            CALL exograph_private.create_fact_index(v_index, v_staged, exograph_private.partition_name(table_name, load_id));
        EXCEPTION WHEN unique_violation THEN
            -- Equal facts are collapsed when their ids are known to be final.
            UPDATE staged_rows r SET repeats = true WHERE r.table_name = index_staged_table.table_name;
        END;
    END LOOP;
    EXECUTE format('ANALYZE %I', v_staged);
    UPDATE staged_rows r SET indexed = true WHERE r.table_name = index_staged_table.table_name;
END
$$;
