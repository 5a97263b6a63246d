SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_cluster.ask_shards()
RETURNS TABLE (number integer, database_bytes bigint, prepared integer, oldest_prepared timestamptz, problem text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_answer exograph_private.shard_answer;
    v_values text[];
BEGIN
    FOR v_answer IN
        SELECT j.*
        FROM exograph_private.ask_all(exograph_private.status_query(), attached => false) a, exograph_private.judge(a) j
    LOOP
        v_values := v_answer.value;
        number := (v_answer.shard).number;
        database_bytes := v_values[5];
        prepared := v_values[6];
        oldest_prepared := v_values[7];
        problem := v_answer.problem;
        RETURN NEXT;
    END LOOP;
END
$$;

COMMENT ON FUNCTION exograph_cluster.ask_shards() IS
'For cluster_status: what the shards say of themselves; of one that does not answer, or is not fit, problem says why, and where it
has no index of this version, or may not be asked, that is all. 3 s for each that is down, 15 s for all that do not answer.';

-- fitness_query, with the bytes of the database, what is prepared there for this cluster, and since when.
CREATE OR REPLACE FUNCTION exograph_private.status_query() RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.format('
    SELECT (f.index::text[] || ARRAY[pg_catalog.pg_database_size(pg_catalog.current_database())::text, count(x.gid)::text,
                                     min(x.prepared)::text])::text
    FROM (%s) f (index)
    LEFT JOIN pg_catalog.pg_prepared_xacts x ON x.database = pg_catalog.current_database() AND x.gid ~ %L
    GROUP BY f.index', exograph_private.fitness_query(), pg_catalog.format('^exograph:%s:', c.id))
    FROM (SELECT) one
    LEFT JOIN exograph_cluster.cluster c ON true
$$;

CREATE OR REPLACE VIEW exograph_cluster.cluster_status AS
SELECT s.number, s.name, s.state, s.home, s.hosts, s.port, s.dbname, a.database_bytes, s.capacity_bytes,
       (SELECT count(*) FROM exograph_cluster.packages p WHERE p.shard = s.number) AS packages,
       (SELECT count(*) FROM exograph_cluster.load_shards l WHERE l.shard = s.number AND l.state = 'staging'
            AND EXISTS (SELECT FROM exograph_cluster.loads o WHERE o.id = l.load_id AND o.state = 'open')) AS open_loads,
       (SELECT count(*) FROM exograph_cluster.load_shards l WHERE l.shard = s.number AND l.state = 'prepared') AS to_commit,
       a.prepared, a.oldest_prepared, a.problem
FROM exograph_cluster.shards s
JOIN exograph_cluster.ask_shards() a ON a.number = s.number;

COMMENT ON VIEW exograph_cluster.cluster_status IS
'The shards of the cluster, each asked now: size of its database in bytes, packages in the directory, open loads with staging
there, loads that are decided and not committed there (to_commit), transactions of loads that are prepared there, since when;
writers wait for these, and resolve_loads ends those that no session is at. problem: why it cannot take part, or does not
answer; NULL where nothing is wrong.';
