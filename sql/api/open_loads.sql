SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Asking for the size of a table waits for whoever is dropping it: a finalize that has not been committed.
CREATE OR REPLACE VIEW exograph.open_loads AS
SELECT l.load_id, l.label, l.started_by, l.started_at, s.bytes AS staged_bytes, a.pid, a.phase, r.rolname::text AS owner
FROM exograph.loads l
LEFT JOIN pg_catalog.pg_roles r -- as owner_of_load, which is not for everybody
    ON CASE WHEN l.cluster = (SELECT c.system_identifier FROM pg_catalog.pg_control_system() c)
            THEN r.oid = l.role_oid ELSE r.rolname = l.started_by END
LEFT JOIN LATERAL (
    SELECT sum(CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_locks k WHERE k.relation = c.oid AND k.mode = 'AccessExclusiveLock')
                    THEN NULL
                    ELSE pg_catalog.pg_total_relation_size(c.oid)
               END)::bigint AS bytes
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'exograph_load_' || l.load_id AND starts_with(c.relname, 'staged_') AND c.relkind = 'r'
) s ON true
LEFT JOIN LATERAL (
    SELECT a.pid, substr(a.application_name, length('exograph load ' || l.load_id || ': ') + 1) AS phase
    FROM pg_catalog.pg_stat_activity a
    WHERE a.datname = current_database() AND starts_with(a.application_name, 'exograph load ' || l.load_id || ': ')
    ORDER BY a.state = 'active' DESC, a.pid
    LIMIT 1
) a ON true
WHERE l.state = 'open';

COMMENT ON VIEW exograph.open_loads IS
    'Open loads: who began them, how much is staged in bytes (NULL while it is being dropped), which session is at which phase '
    'of finalizing (NULL where none is; any session may call itself so), and whose the load is, by the name of now (NULL where '
    'the role is gone: members of exograph_owner may abandon it). exograph.lock_waits shows who waits for whom.';
