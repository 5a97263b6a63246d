-- Since when is for members of pg_read_all_stats; the owner of the schema is none unless a DBA made it one.
CREATE OR REPLACE FUNCTION exograph.session_name(pid integer, virtual_transaction text DEFAULT NULL) RETURNS text
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    SELECT coalesce(
        (SELECT pg_catalog.format('process %s (role %s, application %L%s)', a.pid, a.usename, a.application_name,
                                  ', in a transaction since ' || pg_catalog.date_trunc('second', a.xact_start))
         FROM pg_catalog.pg_stat_activity a
         WHERE a.pid = session_name.pid),
        (SELECT pg_catalog.format('prepared transaction %L (role %s, since %s)', x.gid, x.owner,
                                  pg_catalog.date_trunc('second', x.prepared))
         FROM pg_catalog.pg_prepared_xacts x
         JOIN pg_catalog.pg_locks l
             ON l.locktype = 'transactionid' AND l.transactionid = x.transaction AND l.pid IS NULL
         WHERE l.virtualtransaction = session_name.virtual_transaction),
        'process ' || session_name.pid)
$$;

ALTER FUNCTION exograph.session_name(integer, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.session_name(integer, text) IS
    'Who holds a lock, for messages: process, role, application; of a prepared transaction, which has no process, its name.';
REVOKE ALL ON FUNCTION exograph.session_name(integer, text) FROM PUBLIC;
