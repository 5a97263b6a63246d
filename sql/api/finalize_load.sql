SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE PROCEDURE exograph.finalize_load(
    INOUT load_id       integer DEFAULT NULL,
    on_reject           text    DEFAULT NULL,
    reject_limit        bigint  DEFAULT NULL,
    keep_maps           boolean DEFAULT NULL,
    partition_threshold bigint  DEFAULT NULL,
    defer_indexes       boolean DEFAULT NULL
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' SET jit = off AS $$
DECLARE
    v_load     exograph.loads;
    v_options  jsonb := exograph_private.check_options(
        on_reject, reject_limit, keep_maps, partition_threshold, defer_indexes => defer_indexes);
    v_settings jsonb := exograph_private.saved_settings();
    v_shed     boolean;
    v_fact     text;
BEGIN
    CALL exograph_private.require_fit_transaction('finalize_load');
    CALL exograph_private.limit_lock_wait();
    load_id := exograph_private.find_load(load_id);
    v_load := exograph_private.lock_load(load_id);
    IF v_load.state = 'finalized' THEN
        RAISE NOTICE 'load % was finalized at %', load_id, v_load.ended_at
            USING HINT = format('SELECT * FROM exograph.load_report WHERE load_id = %s', load_id);
        CALL exograph_private.restore_settings(v_settings);
        RETURN;
    END IF;
    PERFORM exograph_private.lock_open_load(load_id);
    v_options := exograph_private.default_options() || v_load.options || v_options;
    IF (v_options ->> 'defer_indexes')::boolean THEN
        CALL exograph_private.require_owner('defer_indexes');
    END IF;
    CALL exograph_private.raise_memory();

    PERFORM exograph_private.start_phase(load_id, 'verifying');
    CALL exograph_private.enter_load(load_id);
    CALL exograph_private.lock_staging(load_id);
    CALL exograph_private.analyze_staging();

    PERFORM exograph_private.start_phase(load_id, 'validating');
    CALL exograph_private.validate_staging(load_id);
    CALL exograph_private.verify_staging(load_id);
    CALL exograph_private.report_rejects(load_id, v_options);
    CALL exograph_private.index_staged(load_id, (v_options ->> 'partition_threshold')::bigint);

    PERFORM exograph_private.start_phase(load_id, 'closing the gate');
    CALL exograph_private.lock_index(format('load %s', load_id));

    IF (v_options ->> 'defer_indexes')::boolean THEN
        CALL exograph_private.defer_indexes(load_id);
    END IF;
    v_shed := exograph_private.drop_indexes();
    CALL exograph_private.merge_packages(load_id);
    CALL exograph_private.merge_package_versions(load_id);
    CALL exograph_private.merge_files(load_id);
    CALL exograph_private.check_told_files(load_id);
    CALL exograph_private.merge_file_paths(load_id);
    CALL exograph_private.merge_terms(load_id);
    CALL exograph_private.merge_fragments(load_id);
    CALL exograph_private.merge_graph_nodes(load_id);
    IF v_shed THEN
        CALL exograph_private.build_indexes(load_id);
    END IF;
    CALL exograph_private.note_offsets();

    FOREACH v_fact IN ARRAY ARRAY['comments', 'definitions', 'symbol_references', 'call_edges', 'fragment_terms'] LOOP
        CALL exograph_private.resolve_facts(load_id, v_fact, (v_options ->> 'partition_threshold')::bigint);
    END LOOP;

    CALL exograph_private.declare_complete(load_id, v_options -> 'complete');
    CALL exograph_private.analyze_dimensions(load_id);
    PERFORM exograph_private.start_phase(load_id, 'finishing');
    CALL exograph_private.check_accounting(load_id);
    CALL exograph_private.warn_of_partitions();
    CALL exograph_private.note_deferred_indexes(load_id);
    CALL exograph_private.drop_staging(load_id, (v_options ->> 'keep_maps')::boolean);
    CALL exograph_private.finish_report(load_id);
    UPDATE exograph.loads l
    SET state = 'finalized', ended_at = clock_timestamp(), options = v_options
    WHERE l.load_id = finalize_load.load_id;
    CALL exograph_private.restore_settings(v_settings);
END
$$;

COMMENT ON PROCEDURE exograph.finalize_load(integer, text, bigint, boolean, bigint, boolean) IS
'Merges the staged rows of a load into the index, all or nothing, and reports in exograph.load_report what became of each.
load_id NULL means the caller''s only open load; the number comes back. The options are those of begin_load and go before
them. A second call changes nothing. After an error the staging is intact. Errors: XG001 to XG009, XG011, 2BP01
(something depends on the staging), 42501, 55P03.';
