SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_cluster.ask_shards()
RETURNS TABLE (number integer, database_bytes bigint, prepared integer, oldest_prepared timestamptz, problem text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_shard   exograph_cluster.shards;
    v_link    text;
    v_answers text[];
BEGIN
    FOR v_shard IN SELECT * FROM exograph_cluster.shards s ORDER BY s.number LOOP
        number := v_shard.number;
        v_answers := NULL;
        problem := NULL;
        BEGIN
            v_link := exograph_private.open_reader_link(v_shard);
            v_answers := exograph_private.ask_link(v_link, v_shard, format(
                'SELECT ARRAY[pg_catalog.pg_database_size(pg_catalog.current_database())::text, count(x.gid)::text,
                              min(x.prepared)::text]
                 FROM (SELECT) one
                 LEFT JOIN pg_catalog.pg_prepared_xacts x ON x.database = pg_catalog.current_database() AND x.gid ~ %L',
                format('^exograph:%s:', (SELECT c.id FROM exograph_cluster.cluster c))));
            CALL exograph_private.require_fit_shard(v_link, v_shard);
            CALL exograph_private.close_link(v_link);
        EXCEPTION WHEN OTHERS THEN
            problem := SQLERRM;
        END;
        database_bytes := v_answers[1];
        prepared := v_answers[2];
        oldest_prepared := v_answers[3];
        RETURN NEXT;
    END LOOP;
END
$$;

COMMENT ON FUNCTION exograph_cluster.ask_shards() IS
'For cluster_status: what the shards say of themselves, one after the other; of one that does not answer, or is not fit, problem
says why. 3 s for each that is down.';

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
