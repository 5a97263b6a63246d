SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Ends the phase at work, if any, and begins another. table_name is NULL where it concerns the whole load. The ledger becomes
-- visible when the load commits; NOTICE tells the caller meanwhile, application_name and the sequences of the staging everybody
-- else.
CREATE OR REPLACE PROCEDURE exograph_private.start_phase(load_id integer, phase text, table_name text DEFAULT NULL)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_table text := CASE table_name WHEN 'fragment_term_sets' THEN 'fragment_terms' ELSE table_name END; -- which the report has
    v_what  text := concat_ws(' ', phase, v_table);
BEGIN
    CALL exograph_private.end_phase(load_id);
    CALL exograph_private.note_phase(load_id, phase, v_table);
    PERFORM set_config('application_name', format('exograph load %s: %s', load_id, v_what), true);
    INSERT INTO exograph.load_phases (load_id, position, phase, table_name, started_at, started_lsn)
    SELECT start_phase.load_id, count(*) + 1, start_phase.phase, v_table,
           clock_timestamp(), pg_current_wal_insert_lsn()
    FROM exograph.load_phases p
    WHERE p.load_id = start_phase.load_id;
    RAISE NOTICE 'load %: %', load_id, v_what;
END
$$;

-- Enters time and WAL of the phase at work, if any.
CREATE OR REPLACE PROCEDURE exograph_private.end_phase(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    UPDATE exograph.load_phases p
    SET milliseconds = extract(epoch FROM clock_timestamp() - p.started_at) * 1000,
        wal_bytes = pg_current_wal_insert_lsn() - p.started_lsn
    WHERE p.load_id = end_phase.load_id AND p.milliseconds IS NULL;
END
$$;

-- Enters what was staged and rejected, a line for each table. Each path of a valid staged file is a row for file_paths.
CREATE OR REPLACE PROCEDURE exograph_private.open_report(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO exograph.load_tables (load_id, table_name, position, staged, rejected)
    SELECT load.load_id, s.table_name, t.table_position, s.staged,
           (SELECT coalesce(sum(r.row_count), 0) FROM rejects r WHERE r.table_name = s.table_name)
    FROM staged_rows s
    JOIN exograph_private.staging_tables t USING (table_name)
    WHERE t.kind <> 'set';
    INSERT INTO exograph.load_tables (load_id, table_name, position, staged)
    SELECT t.load_id, 'file_paths', 4, t.staged - t.rejected
    FROM exograph.load_tables t
    WHERE t.load_id = load.load_id AND t.table_name = 'files';
END
$$;

-- Enters what became of the valid rows of a table: so many were inserted and collapsed, the others existed. Of them, so many
-- conflicting ones differ from the row that won. path and reason: as in exograph.load_tables.
CREATE OR REPLACE FUNCTION exograph_private.report(
    load exograph_private.load, table_name text, inserted bigint, collapsed bigint, conflicting bigint, path text, reason text
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    UPDATE exograph.load_tables t
    SET inserted = report.inserted, collapsed = report.collapsed, conflicting = report.conflicting,
        existing = t.staged - t.rejected - report.inserted - report.collapsed, path = report.path, reason = report.reason
    WHERE t.load_id = load.load_id AND t.table_name = report.table_name;
END
$$;

-- The same for a dimension. merged: the valid staged rows whose row this load inserted. Indexes that the load has deferred are
-- the reason.
CREATE OR REPLACE FUNCTION exograph_private.report_merge(
    load exograph_private.load, table_name text, inserted bigint, merged bigint, conflicting bigint
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    PERFORM exograph_private.report(
        load, table_name, inserted, merged - inserted, conflicting, CASE inserted WHEN 0 THEN 'empty' ELSE 'merged' END,
        (SELECT 'indexes deferred until rebuild_indexes(): ' || nullif(count(*), 0)
         FROM exograph.deferred_indexes d
         WHERE d.load_id = load.load_id AND d.table_name = report_merge.table_name));
END
$$;

-- Makes sure that every staged row is accounted for. Errors: XG009.
CREATE OR REPLACE PROCEDURE exograph_private.check_accounting(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_different text;
BEGIN
    SELECT string_agg(format('%s: %s staged, but %s inserted + %s existing + %s collapsed + %s rejected', t.table_name, t.staged,
                             t.inserted, t.existing, t.collapsed, t.rejected), '; ' ORDER BY t.position)
    INTO v_different
    FROM exograph.load_tables t
    WHERE t.load_id = check_accounting.load_id AND t.staged <> t.inserted + t.existing + t.collapsed + t.rejected;
    IF v_different IS NOT NULL THEN
        RAISE EXCEPTION 'load %: the accounting does not add up', load_id USING ERRCODE = 'XG009',
            DETAIL = v_different,
            HINT = 'Nothing was changed. This is a defect of the loader: please report it with the detail above.';
    END IF;
END
$$;

-- Ends the last phase and sums time and WAL of the phases per table.
CREATE OR REPLACE PROCEDURE exograph_private.finish_report(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.end_phase(load_id);
    UPDATE exograph.load_tables t
    SET milliseconds = p.milliseconds, wal_bytes = p.wal_bytes
    FROM (
        SELECT p.table_name, sum(p.milliseconds) AS milliseconds, sum(p.wal_bytes) AS wal_bytes
        FROM exograph.load_phases p
        WHERE p.load_id = finish_report.load_id AND p.table_name IS NOT NULL
        GROUP BY p.table_name
    ) p
    WHERE t.load_id = finish_report.load_id AND t.table_name = p.table_name;
END
$$;
