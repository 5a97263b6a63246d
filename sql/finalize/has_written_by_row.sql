CREATE OR REPLACE FUNCTION exograph.has_written_by_row() RETURNS boolean
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    SELECT EXISTS (
        SELECT
        FROM pg_catalog.pg_locks l
        WHERE l.locktype = 'advisory' AND l.pid = pg_catalog.pg_backend_pid() AND l.granted AND l.mode = 'ShareLock'
            AND l.objsubid = 1
            AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
            AND (l.classid::bigint << 32 | l.objid::bigint) = exograph.gate_key())
$$;

ALTER FUNCTION exograph.has_written_by_row() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.has_written_by_row() IS 'Whether this transaction holds the gate as a row-wise writer does.';
REVOKE ALL ON FUNCTION exograph.has_written_by_row() FROM PUBLIC;
