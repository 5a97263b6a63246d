SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- A transaction that is prepared on a shard: its load, NULL where the shard does not tell; its name, or why not, with the
-- SQLSTATE.
CREATE TYPE exograph_private.doubt AS (load_id integer, shard integer, detail text, state text);

CREATE OR REPLACE FUNCTION exograph_cluster.resolve_loads()
RETURNS TABLE (load_id integer, shard integer, outcome text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_doubts exograph_private.doubt[];
    v_load   exograph_cluster.loads;
    v_ids    integer[];
BEGIN
    CALL exograph_private.require_read_committed('resolve_loads');
    CALL exograph_private.require_writable('resolve_loads');
    v_doubts := ARRAY(SELECT d FROM exograph_private.prepared_loads() d);
    v_ids := ARRAY(
        SELECT d.load_id FROM unnest(v_doubts) d WHERE d.load_id IS NOT NULL
        UNION
        SELECT l.id FROM exograph_cluster.loads l WHERE l.state = 'committed'
        ORDER BY 1);
    FOR v_load IN SELECT * FROM exograph_cluster.loads l WHERE l.id = ANY (v_ids) ORDER BY l.id FOR UPDATE SKIP LOCKED LOOP
        RETURN QUERY SELECT v_load.id, r.shard, r.outcome, r.detail FROM exograph_private.resolve_load(v_load) r;
        v_ids := array_remove(v_ids, v_load.id);
    END LOOP;
    RETURN QUERY
    SELECT d.load_id, d.shard,
           CASE WHEN d.state LIKE '08%' THEN 'no answer' WHEN d.load_id IS NULL THEN 'failed'
                WHEN l.id IS NULL THEN 'unknown load' ELSE 'at work' END,
           CASE WHEN d.load_id IS NULL THEN d.detail
                WHEN l.id IS NULL THEN format('%L is left as it is: the coordinator knows no such load', d.detail)
                ELSE 'finalize_load of another session has it' END
    FROM unnest(v_doubts) d
    LEFT JOIN exograph_cluster.loads l ON l.id = d.load_id
    WHERE d.load_id IS NULL OR d.load_id = ANY (v_ids)
    ORDER BY d.load_id, d.shard;
END
$$;

COMMENT ON FUNCTION exograph_cluster.resolve_loads() IS
'Finishes what sessions, shards or coordinators that died have left prepared on the attached shards: a load that is decided is
committed, any other rolled back; what finalize_load of another session is at is left to it. A row for each load and shard that
was found so, with what became of it: committed; rolled back; at work; no answer (load_id may be NULL) or failed, as detail
says, which another call looks at again; detached; lost: somebody has rolled it back by hand; unknown load: the coordinator was
restored to before it. Without effect where nothing is in doubt. Errors: 25006, XG007.';

-- What is prepared for this cluster on its attached shards. Of a shard that does not tell a row without load says why.
CREATE OR REPLACE FUNCTION exograph_private.prepared_loads() RETURNS SETOF exograph_private.doubt
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    SELECT split_part(g.gid, ':', 3)::integer, (a.shard).number, coalesce(g.gid, a.problem), a.state
    FROM exograph_private.ask_all(format(
        'SELECT array_agg(x.gid) FROM pg_catalog.pg_prepared_xacts x
         WHERE x.database = pg_catalog.current_database() AND x.gid ~ %L',
        format('^exograph:%s:[0-9]{1,9}:[0-9]+$', (SELECT c.id FROM exograph_cluster.cluster c)))) a
    LEFT JOIN LATERAL unnest(a.value::text[]) AS g (gid) ON split_part(g.gid, ':', 4) = (a.shard).number::text
    WHERE g.gid IS NOT NULL OR a.problem IS NOT NULL
$$;

-- Commits a load that is decided on the shards where that is still to be done; rolls any other back on those where it is
-- prepared. Of what fails the row tells.
CREATE OR REPLACE FUNCTION exograph_private.resolve_load(load exograph_cluster.loads)
RETURNS TABLE (shard integer, outcome text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_part exograph_cluster.load_shards;
BEGIN
    FOR v_part IN
        SELECT * FROM exograph_cluster.load_shards s
        WHERE s.load_id = load.id AND (load.state <> 'committed' OR s.state = 'prepared')
        ORDER BY s.shard
    LOOP
        shard := v_part.shard;
        detail := NULL;
        BEGIN
            outcome := exograph_private.resolve_part(load, v_part);
        EXCEPTION WHEN OTHERS THEN
            outcome := CASE WHEN SQLSTATE = '55000' THEN 'detached' WHEN SQLSTATE LIKE '08%' THEN 'no answer' ELSE 'failed' END;
            detail := SQLERRM;
        END;
        CALL exograph_private.close_link(exograph_private.link_name('user', shard));
        IF outcome = 'committed' THEN
            UPDATE exograph_cluster.load_shards s SET state = 'committed' WHERE s.load_id = load.id AND s.shard = v_part.shard;
        ELSIF outcome = 'lost' THEN
            detail := concat('nothing is prepared on the shard, and ', 'load ' || v_part.shard_load || ' is not finalized',
                             CASE WHEN v_part.shard_load IS NULL THEN 'the package is still there' END);
        END IF;
        IF outcome IS NOT NULL THEN
            RETURN NEXT;
        END IF;
    END LOOP;
    IF load.state = 'committed' THEN
        UPDATE exograph_cluster.loads l SET state = 'finalized', finalized_at = clock_timestamp()
        WHERE l.id = load.id
            AND NOT EXISTS (SELECT FROM exograph_cluster.load_shards s WHERE s.load_id = load.id AND s.state <> 'committed');
    END IF;
END
$$;

-- resolve_load on one shard: what became of it, NULL where there was nothing to do.
CREATE OR REPLACE FUNCTION exograph_private.resolve_part(load exograph_cluster.loads, part exograph_cluster.load_shards)
RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_shard exograph_cluster.shards := exograph_private.find_shard(part.shard);
    v_link  text                    := exograph_private.open_user_link(v_shard, load.who);
    v_gid   text                    := exograph_private.gid(load.id, part.shard);
BEGIN
    IF load.state <> 'committed' THEN
        IF exograph_private.ask_link(v_link, v_shard, exograph_private.prepared_query(v_gid)) = '0' THEN
            RETURN NULL;
        END IF;
        CALL exograph_private.end_prepared(v_link, v_shard, load.id, 'ROLLBACK');
        RETURN 'rolled back';
    END IF;
    CALL exograph_private.end_prepared(v_link, v_shard, load.id, 'COMMIT');
    -- It may have been committed before, and the answer lost.
    RETURN CASE exograph_private.ask_link(v_link, v_shard, exograph_private.committed_query(load, part))::boolean
               WHEN true THEN 'committed' ELSE 'lost' END;
END
$$;

-- A query for whether what a load has prepared on a shard has been committed there.
CREATE OR REPLACE FUNCTION exograph_private.committed_query(load exograph_cluster.loads, part exograph_cluster.load_shards)
RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE WHEN part.shard_load IS NOT NULL
        THEN pg_catalog.format(
            'SELECT count(*) > 0 FROM exograph.loads l WHERE l.load_id = %s AND l.state IN (''finalized'', ''undone'')',
            part.shard_load)
        ELSE pg_catalog.format(
            'SELECT count(*) = 0 FROM exograph.packages p WHERE p.ecosystem = %L AND p.name = %L', m.ecosystem, m.name) END
    FROM exograph_private.move_of(load) m
$$;
