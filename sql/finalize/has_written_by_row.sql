-- A transaction that has finalized a load holds the lock of the gate in this mode, too, for it has updated its row.
CREATE OR REPLACE FUNCTION exograph.has_written_by_row() RETURNS boolean
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    SELECT count(*) FILTER (WHERE l.mode = 'RowExclusiveLock') > 0
       AND count(*) FILTER (WHERE l.mode = 'ShareRowExclusiveLock') = 0
    FROM pg_catalog.pg_locks l
    WHERE l.locktype = 'relation' AND l.relation = 'exograph.gate'::pg_catalog.regclass
        AND l.pid = pg_catalog.pg_backend_pid() AND l.granted
$$;

ALTER FUNCTION exograph.has_written_by_row() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.has_written_by_row() IS 'Whether this transaction holds the gate as a row-wise writer does.';
REVOKE ALL ON FUNCTION exograph.has_written_by_row() FROM PUBLIC;
