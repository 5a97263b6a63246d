-- Asked when the wait is over, so it finds who holds a conflicting lock now, or is before the caller in the queue.
CREATE OR REPLACE FUNCTION exograph.lock_holders(tables oid[], mode text) RETURNS text
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    SELECT pg_catalog.string_agg(pg_catalog.format('%s %s %s on %s', exograph.session_name(h.pid, h.virtualtransaction),
                                                   CASE WHEN h.granted THEN 'holds' ELSE 'waits for' END, h.mode,
                                                   h.relation::pg_catalog.regclass), '; ' ORDER BY h.granted DESC, h.pid)
    FROM (
        SELECT DISTINCT ON (l.pid, l.virtualtransaction) l.pid, l.virtualtransaction, l.granted, l.mode, l.relation
        FROM pg_catalog.pg_locks l
        WHERE l.locktype = 'relation' AND l.relation = ANY (lock_holders.tables)
            AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
            AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
            AND exograph.lock_conflicts(lock_holders.mode, l.mode)
        ORDER BY l.pid, l.virtualtransaction, l.granted DESC, l.relation
        LIMIT 3
    ) h
$$;

ALTER FUNCTION exograph.lock_holders(oid[], text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.lock_holders(oid[], text) IS
    'At most three other sessions whose locks on tables conflict with a mode, for the detail of an error. NULL where there is '
    'none any more.';
REVOKE ALL ON FUNCTION exograph.lock_holders(oid[], text) FROM PUBLIC;
