SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Builds the indexes of staged facts that will probably become partitions as they are, and makes their statistics. An index
-- build also enters rows that this transaction deleted (rejects) or an older snapshot may still see (rows corrected by hand):
-- a table that holds one which no index can hold is noted as unindexable. What is read from staged facts alone is done while
-- everybody may still write. What exists already is asked in a subtransaction that is rolled back: its locks, kept while this
-- load waits at the gate, would keep a load that defers indexes waiting behind it.
CREATE OR REPLACE PROCEDURE exograph_private.index_staged(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_facts text[];
    v_fact  text;
BEGIN
    IF NOT load.is_reserved THEN
        CALL exograph_private.lock_sets(load.load_id);
        RETURN;
    END IF;
    BEGIN
        v_facts := exograph_private.facts_to_keep(load);
        RAISE EXCEPTION 'asked';
    EXCEPTION WHEN raise_exception THEN
        NULL;
    END;
    FOREACH v_fact IN ARRAY v_facts LOOP
        CALL exograph_private.start_phase(load.load_id, 'index', v_fact);
        IF v_fact = 'fragment_term_sets' THEN -- the last one
            CALL exograph_private.lock_sets(load.load_id);
        END IF;
        BEGIN
            CALL exograph_private.index_staged_table(load.load_id, v_fact);
        EXCEPTION WHEN program_limit_exceeded OR data_exception OR internal_error OR raise_exception THEN
            -- A dead row. Were it a live one, the table that resolve_facts writes again would fail in the same way.
            UPDATE staged_rows r SET unindexable = true WHERE r.table_name = v_fact;
        END;
    END LOOP;
    CALL exograph_private.lock_sets(load.load_id);
END
$$;

-- Fact tables of a load with reserved ids whose staging tables will probably be kept as partitions: at most a tenth of the
-- versions and files exists and of the rows is to be filled in; of sets, all are ordered and of different fragments, none came
-- as pairs, and of the staged terms none exists. Asked before the gate is closed: a little more may exist by then.
CREATE OR REPLACE FUNCTION exograph_private.facts_to_keep(load exograph_private.load) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF exograph_private.much_exists() THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT t.table_name
        FROM exograph.load_tables t
        JOIN staged_rows r USING (table_name)
        JOIN exograph_private.staging_tables k USING (table_name)
        WHERE t.load_id = load.load_id AND k.kind = 'fact' AND exograph_private.is_logged('staged_' || t.table_name)
            AND t.staged > t.rejected
            AND t.staged - t.rejected >= exograph_private.least_rows_of_partition(t.table_name, load.partition_threshold)
            AND r.unfinished <= (t.staged - t.rejected) / 10
        ORDER BY t.position)
        || ARRAY(
        SELECT r.table_name
        FROM exograph.load_tables t
        JOIN staged_rows r ON r.table_name = 'fragment_term_sets'
        WHERE t.load_id = load.load_id AND t.table_name = 'fragment_terms'
            AND t.staged > t.rejected
            AND t.staged - t.rejected >= exograph_private.least_rows_of_partition(r.table_name, load.partition_threshold)
            AND r.unfinished = 0 AND NOT r.repeats
            AND exograph_private.sets_are_whole());
END
$$;

-- Whether staged sets may hold all terms of their fragments, under the ids of the index, and may become a partition: no pairs are
-- staged, of the staged terms none exists, and sets are staged with WAL.
CREATE OR REPLACE FUNCTION exograph_private.sets_are_whole() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN exograph_private.is_logged('staged_fragment_term_sets')
       AND NOT EXISTS (SELECT FROM staged_fragment_terms)
       AND NOT EXISTS (SELECT FROM staged_terms s
                       JOIN exograph.terms x ON exograph.text_digest(x.term) = exograph.text_digest(s.term));
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
    JOIN exograph_private.staging_tables t USING (table_name)
    WHERE c.table_name = index_staged_table.table_name AND t.is_full;
    IF v_forms IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %I %s', v_staged, v_forms);
    END IF;
    FOR v_index IN SELECT i.index FROM exograph_private.indexes_of(format('exograph.%I', table_name)) i LOOP
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

-- Collapses facts of equal identity in new_<table>, returns how many went, and builds its indexes; only_identity: the unique
-- one, which finds them. Called by 6_resolve, behind the closed gate; what index_staged has built is not built again.
CREATE OR REPLACE FUNCTION exograph_private.index_facts(load_id integer, table_name text, only_identity boolean) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_collapsed bigint;
    v_index     regclass;
BEGIN
    CALL exograph_private.start_phase(load_id, 'index', table_name);
    v_collapsed := exograph_private.index_identity(load_id, table_name);
    IF only_identity THEN
        RETURN v_collapsed;
    END IF;
    FOR v_index IN
        SELECT i.index FROM exograph_private.indexes_of(format('exograph.%I', table_name)) i WHERE NOT i.is_unique
    LOOP
        CALL exograph_private.create_fact_index(
            v_index, 'new_' || table_name, exograph_private.partition_name(table_name, load_id));
    END LOOP;
    RETURN v_collapsed;
END
$$;

-- Builds the identity index of new_<table>, collapsing facts of equal identity where there are any, and returns how many went.
-- Most loads hold no fact twice, and the index has to be built anyway: it is asked first, and only its failure, here or in
-- index_staged_table, makes anybody look for duplicates.
CREATE OR REPLACE FUNCTION exograph_private.index_identity(load_id integer, table_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_index     regclass := (SELECT i.index FROM exograph_private.indexes_of(format('exograph.%I', table_name)) i
                             WHERE i.is_unique);
    v_partition text     := exograph_private.partition_name(table_name, load_id);
    v_collapsed bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM staged_rows r WHERE r.table_name = index_identity.table_name AND r.repeats) THEN
        BEGIN
            CALL exograph_private.create_fact_index(v_index, 'new_' || table_name, v_partition);
            RETURN 0;
        EXCEPTION WHEN unique_violation THEN
            NULL;
        END;
    END IF;
    v_collapsed := exograph_private.collapse_facts(table_name);
    CALL exograph_private.create_fact_index(v_index, 'new_' || table_name, v_partition);
    RETURN v_collapsed;
END
$$;

-- Deletes from new_<table> all but the lowest of the facts of equal identity, and returns how many went.
CREATE OR REPLACE FUNCTION exograph_private.collapse_facts(table_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_match     record := exograph_private.match_facts(table_name);
    v_collapsed bigint;
    v_conflicts bigint;
BEGIN
    EXECUTE format(
        'CREATE UNLOGGED TABLE losing AS
         SELECT ranked.ctid AS row, ranked.differs
         FROM (SELECT ctid, row_number() OVER w AS position, ROW(%2$s) IS DISTINCT FROM first_value(ROW(%2$s)) OVER w AS differs
               FROM %1$I
               WINDOW w AS (PARTITION BY %3$s ORDER BY %2$s)) ranked
         WHERE ranked.position > 1',
        'new_' || table_name, v_match.payload, v_match.identity);
    EXECUTE format('DELETE FROM %I n USING losing WHERE n.ctid = losing.row', 'new_' || table_name);
    GET DIAGNOSTICS v_collapsed = ROW_COUNT;
    v_conflicts := (SELECT count(*) FILTER (WHERE differs) FROM losing);
    DROP TABLE losing;

    UPDATE staged_rows r SET conflicting = r.conflicting + v_conflicts WHERE r.table_name = collapse_facts.table_name;
    RETURN v_collapsed;
END
$$;
