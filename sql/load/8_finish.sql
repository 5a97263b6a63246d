SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Records which tables a load declares complete for its files; left out are tables of which it rejected a row, and those that a
-- load it trusts has declared for the file.
CREATE OR REPLACE PROCEDURE exograph_private.declare_complete(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_tables  text[] := ARRAY(
        SELECT t.name FROM unnest(load.complete) WITH ORDINALITY AS t (name, position)
        WHERE NOT EXISTS (SELECT FROM exograph.load_tables r
                          WHERE r.load_id = load.load_id AND r.table_name = t.name AND r.rejected > 0)
        ORDER BY t.position);
    v_trusted integer[];
BEGIN
    IF v_tables = '{}' THEN
        RETURN;
    END IF;
    CALL exograph_private.start_phase(load.load_id, 'declare complete');
    v_trusted := exograph_private.trusted_loads(load.load_id);
    INSERT INTO exograph.complete_facts (file_id, load_id, tables)
    SELECT m.file_id, load.load_id, array_agg(t.name ORDER BY t.position)
    FROM (SELECT DISTINCT r.id AS file_id FROM map_files r) m
    CROSS JOIN unnest(v_tables) WITH ORDINALITY AS t (name, position)
    WHERE NOT EXISTS (SELECT FROM exograph.complete_facts c
                      WHERE c.file_id = m.file_id AND c.load_id = ANY (v_trusted) AND t.name = ANY (c.tables))
    GROUP BY m.file_id
    ORDER BY m.file_id;
END
$$;

-- Checks the accounting, drops the staging and closes the ledger. Errors: XG009, 2BP01.
CREATE OR REPLACE PROCEDURE exograph_private.finish(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.start_phase(load.load_id, 'finish');
    CALL exograph_private.check_accounting(load.load_id);
    CALL exograph_private.warn_of_partitions();
    CALL exograph_private.warn_of_deferred_indexes(load.load_id);
    CALL exograph_private.drop_staging(load.load_id, load.keep_maps);
    CALL exograph_private.finish_report(load.load_id);
    UPDATE exograph.loads l
    SET state = 'finalized', ended_at = clock_timestamp(), options = load.options
    WHERE l.load_id = load.load_id;
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
