SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Waits for nobody for more than a tenth of a second, and leaves no lock behind: what it reads, it reads in a subtransaction that
-- is rolled back. Whoever finalizes the load has the staging locked; who has not committed yet has dropped the sequences, too.
CREATE OR REPLACE FUNCTION exograph.load_progress(
    IN load_id integer, IN working_at text,
    OUT attempt integer, OUT attempt_started_at timestamptz, OUT phase text, OUT table_name text,
    OUT phase_started_at timestamptz, OUT rows_done bigint, OUT rows_to_do bigint, OUT staged_bytes bigint,
    OUT phase_seconds_expected double precision, OUT later_seconds_expected double precision
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    v_load       exograph.loads;
    v_validating integer;
    v_slots      bigint[];
    v_number     integer;
    v_before     integer; -- the tables before this position are done
BEGIN
    SELECT * INTO v_load FROM exograph.loads l WHERE l.load_id = load_progress.load_id;
    BEGIN
        SELECT r.attempts, r.slots, r.validating, r.staged_bytes INTO attempt, v_slots, v_validating, staged_bytes
        FROM exograph_private.read_attempts(load_id) r;
        IF working_at IS NULL THEN
            staged_bytes := NULL; -- more may have been staged since
            staged_bytes := exograph_private.staged_bytes(load_id);
        END IF;
        RAISE EXCEPTION 'read';
    EXCEPTION WHEN raise_exception OR lock_not_available OR undefined_table THEN
        PERFORM exograph_private.check_statement_timeout();
    END;
    IF working_at <> 'check' THEN
        SELECT a.started_at, a.phase_number, a.phase, a.table_name, a.phase_started_at
        INTO attempt_started_at, v_number, phase, table_name, phase_started_at
        FROM exograph_private.attempt_of(v_load, v_slots[(attempt - 1) % 4 + 1]) a
        WHERE attempt > 0;
    END IF;

    v_before := CASE WHEN v_number = 2 OR working_at = 'check' THEN v_validating
                     WHEN v_number = 7 THEN 5 -- replace, behind the files
                     WHEN v_number BETWEEN 6 AND 11 THEN exograph_private.table_position(table_name)
                     WHEN v_number BETWEEN 12 AND 15 OR working_at = 'finish' THEN 99 END;
    SELECT coalesce(sum(r.row_count) FILTER (WHERE r.table_position < v_before), 0), sum(r.row_count)
    INTO rows_done, rows_to_do
    FROM exograph_private.rows_to_do(v_load, is_locked => working_at IS NOT NULL) r
    WHERE r.table_name <> 'file_paths';
    IF working_at IS NULL THEN
        rows_done := NULL;
    ELSIF v_number IS NOT NULL THEN
        SELECT e.of_step, e.after_step INTO phase_seconds_expected, later_seconds_expected
        FROM exograph_private.expected_seconds(
            v_load, exograph_private.step_of(v_number, exograph_private.table_position(table_name)),
            extract(epoch FROM phase_started_at - attempt_started_at)) e;
    END IF;
END
$$;

COMMENT ON FUNCTION exograph.load_progress(integer, text) IS
'What exograph.open_loads shows of a load, for that view. working_at: what the session that works on the load calls its phase.
NULL where there is none.';
