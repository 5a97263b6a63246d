CREATE OR REPLACE FUNCTION exograph.end_phase(load_id integer) RETURNS void
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    UPDATE exograph.load_phases p
    SET milliseconds = extract(epoch FROM pg_catalog.clock_timestamp() - p.started_at) * 1000,
        wal_bytes = pg_catalog.pg_current_wal_insert_lsn() - p.started_lsn
    WHERE p.load_id = end_phase.load_id AND p.milliseconds IS NULL
$$;

ALTER FUNCTION exograph.end_phase(integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.end_phase(integer) IS 'Enters time and WAL of the phase at work, if any.';
REVOKE ALL ON FUNCTION exograph.end_phase(integer) FROM PUBLIC;
