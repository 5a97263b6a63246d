SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE PROCEDURE exograph_cluster.abandon_load(load_id integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_load  exograph_cluster.loads := exograph_private.lock_cluster_load(load_id);
    v_part  exograph_cluster.load_shards;
    v_shard exograph_cluster.shards;
    v_link  text;
BEGIN
    IF v_load.state = 'abandoned' THEN
        RAISE NOTICE 'load % of the cluster was abandoned at %', load_id, v_load.decided_at;
        RETURN;
    END IF;
    CALL exograph_private.require_open_cluster_load(v_load);
    FOR v_part IN SELECT * FROM exograph_cluster.load_shards s WHERE s.load_id = abandon_load.load_id ORDER BY s.shard LOOP
        BEGIN
            v_shard := exograph_private.find_shard(v_part.shard);
            v_link := exograph_private.open_user_link(v_shard, v_load.who);
            CALL exograph_private.end_prepared(v_link, v_shard, load_id, 'ROLLBACK');
            IF v_part.shard_load IS NOT NULL THEN
                PERFORM exograph_private.ask_link(v_link, v_shard, format('CALL exograph.abandon_load(%s)', v_part.shard_load),
                                                  '2 min');
            END IF;
            UPDATE exograph_cluster.load_shards s SET state = 'rolled back'
            WHERE s.load_id = abandon_load.load_id AND s.shard = v_part.shard;
        EXCEPTION WHEN OTHERS THEN
            RAISE NOTICE '%', SQLERRM USING HINT = coalesce(
                'Its staging stays there: CALL exograph.abandon_load(' || v_part.shard_load || '), on the shard.',
                'It has no staging there; SELECT * FROM exograph_cluster.resolve_loads() rolls back what it may have prepared.');
        END;
        CALL exograph_private.close_link(exograph_private.link_name('user', v_part.shard));
    END LOOP;
    UPDATE exograph_cluster.loads l SET state = 'abandoned', decided_at = clock_timestamp() WHERE l.id = load_id;
END
$$;

COMMENT ON PROCEDURE exograph_cluster.abandon_load(integer) IS
'Abandons an open load of the cluster on all of its shards; nothing of it reaches an index. Of a shard that does not answer a
NOTICE tells: its staging stays until it is abandoned there, and what may be prepared there until resolve_loads. Its packages stay
where the directory has them. Again on an abandoned load: no effect. Errors: XG001, XG002 (it is decided), 25006, 42501, 55P03.';
