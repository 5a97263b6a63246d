SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Rows that are staged for each table of a load, file_paths among them: as it was sealed, else as statistics have it. is_locked:
-- finalize_load or check_load is at work, and has counted them.
CREATE OR REPLACE FUNCTION exograph_private.rows_to_do(load exograph.loads, is_locked boolean)
RETURNS TABLE (table_name text, table_position integer, row_count bigint)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH staged AS (
        SELECT CASE t.table_name WHEN 'fragment_term_sets' THEN 'fragment_terms' ELSE t.table_name END AS table_name,
               sum(CASE WHEN load.manifest IS NOT NULL AND t.kind = 'set' THEN 0
                        WHEN load.manifest IS NOT NULL
                            THEN coalesce((load.manifest ->> t.table_name)::pg_catalog.numeric::pg_catalog.int8, 0)
                        WHEN is_locked AND c.reltuples >= 0 THEN c.reltuples::pg_catalog.int8
                        ELSE coalesce(pg_catalog.pg_stat_get_live_tuples(c.oid), 0)
                   END)::pg_catalog.int8 AS row_count
        FROM exograph_private.staging_tables t
        LEFT JOIN pg_catalog.pg_namespace n
            ON n.nspname = exograph.staging_schema(load.load_id) AND n.nspowner = current_user::pg_catalog.regrole
        LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = 'staged_' || t.table_name
        GROUP BY 1
    )
    SELECT s.table_name, exograph_private.table_position(s.table_name), s.row_count FROM staged s
    UNION ALL
    SELECT 'file_paths', 4, s.row_count FROM staged s WHERE s.table_name = 'files'
$$;

-- Place of a phase among all that finalize_load may go through: dimensions one after the other, of facts each with all its
-- phases. What is replaced goes after the files and before terms and fragments.
CREATE OR REPLACE FUNCTION exograph_private.step_of(phase_number integer, table_position integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT CASE
               WHEN phase_number = 6 THEN 6000 + 10 * table_position
               WHEN phase_number = 7 THEN 6045
               WHEN phase_number BETWEEN 8 AND 11 AND table_position >= 8
                   THEN 8000 + 10 * table_position + CASE phase_number WHEN 9 THEN 1 WHEN 8 THEN 2 ELSE 3 END
               WHEN phase_number = 8 THEN 7000 + table_position
               ELSE 1000 * phase_number + coalesce(table_position, 0)
           END
$$;

-- How long a load will take from the begin of a step on, in seconds: the step, and what comes after it. By three of the last
-- fifty loads, those most like it in the number of rows, scaled by the rows of each table, and by how much faster or slower this
-- load was before the step, for which it took elapsed seconds. NULL where there is no earlier load.
CREATE OR REPLACE FUNCTION exograph_private.expected_seconds(
    load exograph.loads, step integer, elapsed double precision,
    OUT of_step double precision, OUT after_step double precision
)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH to_do AS MATERIALIZED (
        SELECT r.table_name, r.row_count FROM exograph_private.rows_to_do(load, true) r
    ), sizes AS (
        SELECT t.load_id, sum(t.staged) FILTER (WHERE t.table_name <> 'file_paths') AS staged
        FROM exograph.load_tables t
        JOIN (SELECT l.load_id FROM exograph.load_tables l WHERE l.table_name = 'packages' ORDER BY l.load_id DESC LIMIT 50) l
            USING (load_id)
        GROUP BY t.load_id
    ), models AS MATERIALIZED (
        SELECT s.load_id
        FROM sizes s
        WHERE s.staged > 0
        ORDER BY abs(ln(s.staged / (SELECT greatest(sum(d.row_count), 1) FROM to_do d WHERE d.table_name <> 'file_paths'))),
            s.load_id DESC
        LIMIT 3
    ), tables AS MATERIALIZED ( -- NULL: of the load as a whole
        SELECT t.table_name, sum(t.staged) AS staged, max(d.row_count) AS to_do
        FROM models m
        JOIN exograph.load_tables t USING (load_id)
        JOIN to_do d USING (table_name)
        GROUP BY t.table_name
    ), steps AS (
        SELECT exograph_private.step_of(
                   exograph_private.phase_number(p.phase, behind_gate => p.position > g.position),
                   exograph_private.table_position(p.table_name)) AS step,
               p.table_name, sum(p.milliseconds) / 1000 AS seconds
        FROM models m
        JOIN exograph.load_phases p USING (load_id)
        JOIN exograph.load_phases g ON g.load_id = p.load_id AND g.phase = 'close gate'
        GROUP BY 1, 2
    ), scaled AS (
        SELECT s.step, s.seconds * coalesce(
            t.to_do / nullif(t.staged, 0),
            (SELECT sum(w.to_do) / sum(w.staged) FROM tables w WHERE s.table_name IS NULL AND w.table_name <> 'file_paths'),
            0) AS seconds
        FROM steps s
        LEFT JOIN tables t ON t.table_name = s.table_name
    ), sums AS (
        SELECT sum(s.seconds) FILTER (WHERE s.step < expected_seconds.step) AS before,
               sum(s.seconds) FILTER (WHERE s.step = expected_seconds.step) AS at,
               sum(s.seconds) FILTER (WHERE s.step > expected_seconds.step) AS after
        FROM scaled s
        HAVING count(*) > 0
    )
    SELECT coalesce(s.at, 0) * p.pace, coalesce(s.after, 0) * p.pace
    FROM sums s
    -- What takes less than a fifth of a second tells nothing of the rest.
    CROSS JOIN LATERAL (SELECT CASE WHEN s.before >= 0.2 THEN least(greatest(elapsed / s.before, 0.2), 5) ELSE 1 END AS pace) p
$$;
