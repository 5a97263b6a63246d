SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE PROCEDURE exograph.finalize_load(
    INOUT load_id       integer DEFAULT NULL,
    on_reject           text    DEFAULT NULL,
    reject_limit        bigint  DEFAULT NULL,
    keep_maps           boolean DEFAULT NULL,
    partition_threshold bigint  DEFAULT NULL,
    defer_indexes       boolean DEFAULT NULL,
    mode                text    DEFAULT NULL,
    most_partitions     integer DEFAULT NULL,
    prepared            boolean DEFAULT false
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' SET jit = off AS $$
DECLARE
    v_ledger   exograph.loads;
    v_load     exograph_private.load;
    v_options  jsonb := exograph_private.check_options(
        on_reject, reject_limit, keep_maps, partition_threshold, defer_indexes => defer_indexes, mode => mode,
        most_partitions => most_partitions);
    v_settings jsonb := exograph_private.take_settings();
BEGIN
    CALL exograph_private.require_fit_transaction('finalize_load');
    load_id := exograph_private.find_load(load_id);
    v_ledger := exograph_private.lock_load(load_id);
    IF v_ledger.state = 'finalized' THEN
        RAISE NOTICE 'load % was finalized at %', load_id, v_ledger.ended_at
            USING HINT = format('SELECT * FROM exograph.load_report WHERE load_id = %s', load_id);
        CALL exograph_private.restore_settings(v_settings);
        RETURN;
    END IF;
    PERFORM exograph_private.lock_open_load(load_id);
    v_load := exograph_private.read_load(v_ledger, v_options);
    IF v_load.defer_indexes THEN
        CALL exograph_private.require_owner('defer_indexes', 'Readers of the index wait while it is done.');
    END IF;
    IF v_load.most_partitions IS NOT NULL THEN
        CALL exograph_private.require_owner('most_partitions', 'Readers of the index wait while partitions are exchanged.');
    END IF;

    IF prepared THEN
        CALL exograph_private.require_preparable(v_load);
    END IF;

    CALL exograph_private.begin_attempt(v_ledger);
    CALL exograph_private.verify(load_id);
    CALL exograph_private.validate(v_load);
    CALL exograph_private.check_replacing(v_load);
    CALL exograph_private.index_staged(v_load);
    CALL exograph_private.close_gate(load_id);
    CALL exograph_private.merge_dimensions(v_load, prepared);
    CALL exograph_private.resolve_facts(v_load);
    CALL exograph_private.resolve_term_sets(v_load);
    CALL exograph_private.declare_complete(v_load);
    CALL exograph_private.note_dependencies(v_load);
    CALL exograph_private.analyze_dimensions(load_id);
    CALL exograph_private.finish(v_load);
    CALL exograph_private.restore_settings(v_settings);
END
$$;

COMMENT ON PROCEDURE exograph.finalize_load(integer, text, bigint, boolean, bigint, boolean, text, integer, boolean) IS
'Merges the staged rows of a load into the index, all or nothing, and reports in exograph.load_report what became of each.
load_id NULL means the caller''s only open load; the number comes back. The options are those of begin_load and go before
them. prepared: whether PREPARE TRANSACTION ends the transaction (default false): no lock is taken then that keeps readers out
of the index, since it would stay until COMMIT PREPARED; the first load of an index takes longer so.
A second call changes nothing. After an error the staging is intact. Errors: XG001 to XG009, XG011, 2BP01
(something depends on the staging), 42501, 55000 (prepared, and max_prepared_transactions is 0), 55P03.';
