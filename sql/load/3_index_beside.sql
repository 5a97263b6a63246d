SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- A GIN index is built by one process (on 18, by several): of 20M pairs it takes 5 s, a third of a load on two cores. So another
-- session may build it while finalize_load validates and builds the B-trees. It is harmless where the load stays open: unlike
-- theirs no row can be refused by it.

-- Builds on the staged sets of terms what finalize_load would, but their identity. Returns whether it did: not while others use
-- them, and not where it would be in vain. Errors: XG004.
CREATE OR REPLACE FUNCTION exograph_private.index_sets(load exograph_private.load) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_index regclass;
BEGIN
    IF NOT exograph_private.sets_are_worth_indexing(load) THEN
        RETURN false;
    END IF;
    BEGIN
        LOCK TABLE staged_fragment_term_sets IN SHARE MODE NOWAIT;
    EXCEPTION WHEN lock_not_available OR undefined_table THEN
        RETURN false; -- others use them, or have finalized them
    END;
    PERFORM set_config('application_name', format('exograph index of load %s', load.load_id), true);
    RAISE NOTICE 'load %: index sets of terms', load.load_id;
    FOR v_index IN SELECT i.index FROM exograph_private.indexes_of('exograph.fragment_term_sets') i WHERE NOT i.is_unique LOOP
        CALL exograph_private.create_fact_index(
            v_index, 'staged_fragment_term_sets', exograph_private.partition_name('fragment_term_sets', load.load_id));
    END LOOP;
    RETURN true;
END
$$;

-- Whether the staged sets of terms will probably become a partition as they are; not while others use what must be read for that.
-- Errors: XG004. Asked without waiting, and in a subtransaction that is rolled back: finalize_load will want these tables alone,
-- and wait for this session while it does; and see index_staged.
CREATE OR REPLACE FUNCTION exograph_private.sets_are_worth_indexing(load exograph_private.load) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_are_worth boolean := false;
BEGIN
    LOCK TABLE staging_token, staged_packages, staged_package_versions, staged_files, staged_terms, staged_fragment_terms,
        staged_fragment_term_sets IN ACCESS SHARE MODE NOWAIT;
    CALL exograph_private.require_staging(load.load_id);
    v_are_worth := exograph_private.much_exists() IS NOT TRUE AND exograph_private.sets_are_whole()
        AND (SELECT sum(cardinality(s.term_ids)) FROM staged_fragment_term_sets s)
            >= exograph_private.least_rows_of_partition('fragment_term_sets', load.partition_threshold);
    RAISE EXCEPTION 'asked';
EXCEPTION
    WHEN raise_exception OR lock_not_available THEN
        RETURN coalesce(v_are_worth, false);
    WHEN undefined_table THEN
        CALL exograph_private.require_staging(load.load_id);
        RAISE;
END
$$;

-- Whether another session holds the staged sets of terms as index_sets does.
CREATE OR REPLACE FUNCTION exograph_private.sets_are_being_indexed() RETURNS boolean
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    SELECT EXISTS (
        SELECT FROM pg_catalog.pg_locks l
        WHERE l.locktype = 'relation' AND l.relation = pg_catalog.to_regclass('staged_fragment_term_sets')
            AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
            AND l.mode = 'ShareLock' AND l.granted AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid())
$$;

-- Whether this session has the staged sets of terms alone.
CREATE OR REPLACE FUNCTION exograph_private.sets_are_locked() RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM pg_locks l
        WHERE l.locktype = 'relation' AND l.relation = 'staged_fragment_term_sets'::regclass
            AND l.mode = 'AccessExclusiveLock' AND l.granted AND l.pid = pg_backend_pid());
END
$$;

-- Locks the staged sets of terms against everybody else, and makes their statistics, unless lock_staging has; without effect a
-- second time. Errors: 55P03 after a lock_timeout at neither end of which an index was being built on them: of 1,000M pairs that
-- takes longer than any.
CREATE OR REPLACE PROCEDURE exograph_private.lock_sets(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_was_building boolean;
    v_is_building  boolean;
BEGIN
    IF exograph_private.sets_are_locked() THEN
        RETURN;
    END IF;
    v_is_building := exograph_private.an_index_of_sets_is_being_built();
    LOOP
        BEGIN
            LOCK TABLE staged_fragment_term_sets IN ACCESS EXCLUSIVE MODE;
            EXIT;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM exograph_private.check_statement_timeout();
            v_was_building := v_is_building;
            v_is_building := exograph_private.an_index_of_sets_is_being_built();
            IF NOT (v_was_building OR v_is_building) THEN
                CALL exograph_private.raise_staging_in_use(load_id, 'the staging is intact');
            END IF;
        END;
    END LOOP;
    CALL exograph_private.analyze_staged_sets();
END
$$;

-- Whether a session is building an index on the staged sets of terms. Whose session it is may not be for everybody to see; that
-- it is at one, and what it has locked, is.
CREATE OR REPLACE FUNCTION exograph_private.an_index_of_sets_is_being_built() RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    PERFORM pg_stat_clear_snapshot(); -- or a transaction is shown what it was shown first
    RETURN EXISTS (
        SELECT FROM pg_stat_progress_create_index p
        JOIN pg_locks l USING (pid)
        WHERE l.relation = 'staged_fragment_term_sets'::regclass AND l.database = p.datid);
END
$$;
