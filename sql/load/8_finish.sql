SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Checks the accounting, merges partitions of old loads if told so, drops the staging and closes the ledger. Errors: XG009,
-- 2BP01.
CREATE OR REPLACE PROCEDURE exograph_private.finish(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.start_phase(load.load_id, 'finish');
    CALL exograph_private.check_accounting(load.load_id);
    CALL exograph_private.warn_of_deferred_indexes(load.load_id);
    BEGIN
        CALL exograph_private.bound_partitions(load);
        CALL exograph_private.drop_staging(load.load_id, load.keep_maps);
    EXCEPTION WHEN out_of_memory THEN
        IF load.most_partitions IS NULL THEN
            RAISE;
        END IF;
        -- Others hold so many of the server's locks that merging found too few, or left too few for the staging to be dropped.
        CALL exograph_private.warn_of_unmerged(load.load_id, SQLERRM);
        CALL exograph_private.drop_staging(load.load_id, load.keep_maps);
    END;
    CALL exograph_private.finish_report(load.load_id);
    UPDATE exograph.loads l
    SET state = 'finalized', ended_at = clock_timestamp(), options = load.options
    WHERE l.load_id = load.load_id;
END
$$;

-- Merges partitions of old loads where a fact table has more than the load's most_partitions, down to about half of them, so that
-- it is not done with every load; without the option only warns. Other writers wait meanwhile, so a reader is waited for at most
-- 5 s; where that is not enough the load goes on, and the next one merges them. Errors: 53200.
CREATE OR REPLACE PROCEDURE exograph_private.bound_partitions(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER SET lock_timeout = '5s' AS $$
DECLARE
    v_message text;
    v_detail  text;
BEGIN
    IF load.most_partitions IS NULL THEN
        CALL exograph_private.warn_of_partitions();
    ELSIF EXISTS (SELECT FROM exograph_private.crowded_tables(load.most_partitions)) THEN
        CALL exograph_private.start_phase(load.load_id, 'merge partitions');
        PERFORM FROM exograph_private.merge_ranges(load.most_partitions / 2, thrifty => true);
        CALL exograph_private.start_phase(load.load_id, 'finish');
    END IF;
EXCEPTION WHEN lock_not_available OR dependent_objects_still_exist THEN
    PERFORM exograph_private.check_statement_timeout();
    GET STACKED DIAGNOSTICS v_message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL;
    CALL exograph_private.warn_of_unmerged(load.load_id, v_message, v_detail);
END
$$;

-- Warns that partitions stay as they are, and why.
CREATE OR REPLACE PROCEDURE exograph_private.warn_of_unmerged(load_id integer, message text, detail text DEFAULT NULL)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    RAISE WARNING 'load %: partitions of old loads are not merged: %', load_id, message USING DETAIL = coalesce(detail, ''),
        HINT = 'The next load that has most_partitions, or exograph.merge_partitions(), merges them.';
END
$$;

-- Statistics for the dimensions that the load changed by the share at which autovacuum would make them; partitions are analyzed
-- before they are attached. As autovacuum decides it: a sample of a large table costs more than a small load, and tells nothing
-- new after it. The server counts the rows of a load that analyzes as changes after its ANALYZE, for they are counted at the
-- commit: they are taken off.
CREATE OR REPLACE PROCEDURE exograph_private.analyze_dimensions(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_table text;
BEGIN
    FOR v_table IN
        SELECT t.table_name
        FROM exograph.load_tables t
        JOIN pg_class c ON c.oid = format('exograph.%I', t.table_name)::regclass
        LEFT JOIN LATERAL (
            SELECT CASE WHEN s.last_analyzed < l.ended_at THEN o.inserted END AS inserted
            FROM (SELECT greatest(pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid))
                      AS last_analyzed) s
            JOIN exograph.load_phases p ON p.started_at <= s.last_analyzed
            JOIN exograph.load_tables o USING (load_id, table_name)
            JOIN exograph.loads l USING (load_id)
            WHERE p.phase = 'analyze' AND p.table_name = t.table_name
            ORDER BY p.started_at DESC
            LIMIT 1
        ) analyzed ON true
        WHERE t.load_id = analyze_dimensions.load_id AND t.path = 'merged'
            AND t.inserted + greatest(pg_stat_get_mod_since_analyze(c.oid) - coalesce(analyzed.inserted, 0), 0)
                >= c.reltuples * current_setting('autovacuum_analyze_scale_factor')::float8
        ORDER BY t.position
    LOOP
        CALL exograph_private.start_phase(load_id, 'analyze', v_table);
        EXECUTE format('ANALYZE exograph.%I', v_table);
    END LOOP;
END
$$;
