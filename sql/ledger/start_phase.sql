-- The ledger becomes visible when the load commits; NOTICE tells the caller meanwhile, application_name everybody else.
CREATE OR REPLACE FUNCTION exograph.start_phase(load_id integer, phase text, table_name text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_what text := concat_ws(' ', phase, table_name);
BEGIN
    PERFORM exograph.end_phase(load_id);
    INSERT INTO exograph.load_phases (load_id, position, phase, table_name, started_at, started_lsn)
    SELECT start_phase.load_id, count(*) + 1, start_phase.phase, start_phase.table_name,
           clock_timestamp(), pg_current_wal_insert_lsn()
    FROM exograph.load_phases p
    WHERE p.load_id = start_phase.load_id;
    PERFORM set_config('application_name', format('exograph load %s: %s', load_id, v_what), true);
    RAISE NOTICE 'load %: %', load_id, v_what;
END
$$;

ALTER FUNCTION exograph.start_phase(integer, text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.start_phase(integer, text, text) IS
    'Ends the phase at work, if any, and begins another. table_name is NULL where it concerns the whole load.';
REVOKE ALL ON FUNCTION exograph.start_phase(integer, text, text) FROM PUBLIC;
