SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Who waits for a row waits for a transaction, and holds the lock of the row meanwhile, which names the table.
CREATE OR REPLACE VIEW exograph.lock_waits AS
SELECT w.pid AS waiting_pid, a.usename::text AS waiting_role, a.application_name AS waiting_application,
       w.waitstart AS waiting_since, w.mode, t.relation::regclass::text AS waits_for,
       h.pid AS holder_pid, coalesce(ha.usename::text, x.owner::text) AS holder_role,
       coalesce(ha.application_name, 'prepared transaction ' || quote_literal(x.gid)) AS holder_application,
       coalesce(ha.xact_start, x.prepared) AS holder_since, ha.state AS holder_state
FROM pg_locks w
JOIN pg_stat_activity a ON a.pid = w.pid AND a.datname = current_database()
CROSS JOIN LATERAL (
    SELECT coalesce(w.relation, (SELECT min(l.relation) FROM pg_locks l
                                 WHERE l.locktype = 'tuple' AND l.pid = w.pid AND l.granted)) AS relation
) t
CROSS JOIN LATERAL (SELECT DISTINCT nullif(b.pid, 0) AS pid FROM unnest(pg_blocking_pids(w.pid)) AS b (pid)) h
LEFT JOIN pg_stat_activity ha ON ha.pid = h.pid
LEFT JOIN pg_prepared_xacts x
    ON h.pid IS NULL AND EXISTS (SELECT FROM pg_locks l
                                 JOIN pg_locks t USING (virtualtransaction)
                                 WHERE l.pid IS NULL AND (l.relation = w.relation OR l.transactionid = w.transactionid)
                                     AND t.pid IS NULL AND t.transactionid = x.transaction)
WHERE NOT w.granted
    AND EXISTS (SELECT FROM pg_locks l
                JOIN pg_class c ON c.oid = l.relation
                JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE l.pid = w.pid AND (n.nspname = 'exograph' OR starts_with(n.nspname, 'exograph_load_')))
ORDER BY w.waitstart;

COMMENT ON VIEW exograph.lock_waits IS
    'Sessions at work on Exograph that wait for a lock, each with who holds it, or is before it in the queue: process, role, '
    'application. holder_since, the begin of its transaction, and holder_state are for members of pg_read_all_stats (or of the '
    'holder''s role), and NULL for others. A prepared transaction has no process; its name is in the place of the application.';
