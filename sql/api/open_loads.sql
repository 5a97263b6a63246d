SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph.open_loads AS
SELECT l.load_id, l.label, l.started_by, l.started_at, p.staged_bytes, a.pid,
       coalesce(p.phase, a.phase) AS phase,
       r.rolname::text AS owner,
       p.table_name, p.rows_done, coalesce(p.rows_to_do, 0) + coalesce(c.rows, 0) AS rows_to_do,
       round(extract(epoch FROM clock_timestamp() - p.phase_started_at), 1)::float8 AS phase_seconds,
       round(extract(epoch FROM clock_timestamp() - p.attempt_started_at), 1)::float8 AS seconds,
       round((p.later_seconds_expected + CASE
           WHEN p.phase_seconds_expected > e.seconds THEN p.phase_seconds_expected - e.seconds
           WHEN p.phase = 'analyze' AND w.share > 0 THEN e.seconds / w.share - e.seconds -- one command, which the server knows
           ELSE 0
       END)::numeric, 1)::float8 AS seconds_left,
       a.usename::text AS working_role, p.attempt_started_at AS working_since,
       nullif(concat_ws(', ', w.command, round(100 * w.share) || ' %'), '') AS server_progress,
       CASE WHEN p.attempt IS NULL THEN f.noted ELSE p.attempt - (a.pid IS NOT NULL AND a.phase <> 'check')::integer END
           AS failed_attempts,
       f.last_message AS last_failure
FROM exograph.loads l
LEFT JOIN pg_catalog.pg_roles r -- as owner_of_load, which is not for everybody
    ON CASE WHEN l.cluster = (SELECT c.system_identifier FROM pg_catalog.pg_control_system() c)
            THEN r.oid = l.role_oid ELSE r.rolname = l.started_by END
LEFT JOIN LATERAL (
    SELECT a.pid, a.usename, substr(a.application_name, length('exograph load ' || l.load_id || ': ') + 1) AS phase
    FROM pg_catalog.pg_stat_activity a
    WHERE a.datname = current_database() AND starts_with(a.application_name, 'exograph load ' || l.load_id || ': ')
    ORDER BY a.state = 'active' DESC, a.pid
    LIMIT 1
) a ON true
CROSS JOIN LATERAL exograph.load_progress(l.load_id, a.phase) p
CROSS JOIN LATERAL (SELECT extract(epoch FROM clock_timestamp() - p.phase_started_at)::float8 AS seconds) e
LEFT JOIN LATERAL ( -- a COPY at work, which others count when it is committed
    SELECT sum(c.tuples_processed) AS rows
    FROM pg_catalog.pg_stat_progress_copy c
    JOIN pg_catalog.pg_class t ON t.oid = c.relid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    WHERE c.datname = current_database() AND c.command = 'COPY FROM' AND n.nspname = 'exograph_load_' || l.load_id
) c ON a.pid IS NULL
LEFT JOIN LATERAL (
    SELECT x.command, x.share
    FROM (
        SELECT i.phase AS command, coalesce(i.tuples_done::float8 / nullif(i.tuples_total, 0),
                                            i.blocks_done::float8 / nullif(i.blocks_total, 0)) AS share
        FROM pg_catalog.pg_stat_progress_create_index i
        WHERE i.pid = a.pid
        UNION ALL
        SELECT n.phase, n.sample_blks_scanned::float8 / nullif(n.sample_blks_total, 0)
        FROM pg_catalog.pg_stat_progress_analyze n
        WHERE n.pid = a.pid
    ) x
    WHERE x.command IS NOT NULL
    LIMIT 1
) w ON true
LEFT JOIN LATERAL (
    SELECT count(*)::integer AS noted, (array_agg(f.message ORDER BY f.attempt DESC) FILTER (WHERE f.message IS NOT NULL))[1]
               AS last_message
    FROM exograph.load_attempts f
    WHERE f.load_id = l.load_id
) f ON true
WHERE l.state = 'open';

COMMENT ON VIEW exograph.open_loads IS
    'Open loads: who began them, how much is staged in bytes and rows, whose the load is, by the name of now (owner; NULL where '
    'the role is gone: members of exograph_owner may abandon it). Of one that is being finalized: which session (pid), of whom, '
    'since when, at which phase and table (any session may call itself so), how many of its rows that phase and those like it '
    'have done (validating counts them once, merging again), the seconds it is at the phase and at it in all, and those that are '
    'left, by how long earlier loads took; what the server says of its work, where it tells whoever asks. failed_attempts: how '
    'many attempts to finalize it failed or were cancelled (exograph.load_attempts). exograph.lock_waits shows who waits for '
    'whom.';
