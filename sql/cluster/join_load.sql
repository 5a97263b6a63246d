SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_cluster.join_load(load_id integer, shard integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '60s' AS $$
DECLARE
    v_load  exograph_cluster.loads;
    v_shard exograph_cluster.shards := exograph_private.find_shard(shard);
    v_link  text;
    v_known integer;
BEGIN
    -- Sessions that join shards side by side wait for each other.
    PERFORM FROM exograph_cluster.loads l WHERE l.id = load_id FOR UPDATE;
    v_load := exograph_private.lock_open_cluster_load(load_id);
    v_link := exograph_private.open_user_link(v_shard, v_load.who);
    CALL exograph_private.require_fit_shard(v_link, v_shard);
    v_known := (SELECT s.shard_load FROM exograph_cluster.load_shards s
                WHERE s.load_id = join_load.load_id AND s.shard = join_load.shard);
    IF v_known IS NOT NULL AND exograph_private.ask_link(v_link, v_shard,
           format('SELECT exograph_cluster.is_staged(%s)', v_known))::boolean IS NOT TRUE
    THEN
        v_known := NULL;
    END IF;
    IF v_known IS NULL THEN
        v_known := exograph_private.ask_link(v_link, v_shard, exograph_private.begin_load_query(v_load))::integer;
        INSERT INTO exograph_cluster.load_shards AS s (load_id, shard, shard_load)
        VALUES (join_load.load_id, join_load.shard, v_known)
        ON CONFLICT ON CONSTRAINT load_shards_pkey DO UPDATE SET shard_load = excluded.shard_load;
    END IF;
    CALL exograph_private.close_link(v_link);
    RETURN v_known;
END
$$;

COMMENT ON FUNCTION exograph_cluster.join_load(integer, integer) IS
'Begins a load of the cluster on a shard, as the user there to whom its role is mapped, and returns the number of the load
there: its staging tables are filled as those of any load, by a connection to the shard (exograph_cluster.shards has hosts, port
and dbname). Again: the same number; a new one where the staging was lost, by a crash of the shard, or the load there abandoned:
what it brought is staged again, there alone. Errors: XG001, XG002, XG008, 08001, 42501, 55000, those of exograph.begin_load
there.';

-- The statement that begins a load on a shard.
CREATE OR REPLACE FUNCTION exograph_private.begin_load_query(load exograph_cluster.loads) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.format(
        'SELECT exograph.begin_load(%L, on_reject => %L, reject_limit => %L, keep_maps => %L, partition_threshold => %L,
                                    ids => %L, complete => %L, mode => %L)',
        pg_catalog.format('%s (load %s of the cluster)', load.label, load.id), o.on_reject, o.reject_limit, o.keep_maps,
        o.partition_threshold, o.ids, o.complete, o.mode)
    FROM pg_catalog.jsonb_to_record(load.options) AS o (
        on_reject text, reject_limit bigint, keep_maps boolean, partition_threshold bigint, ids text, complete text[], mode text)
$$;

CREATE OR REPLACE FUNCTION exograph_cluster.is_staged(load_id integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_load exograph.loads;
BEGIN
    SELECT * INTO v_load FROM exograph.loads l WHERE l.load_id = is_staged.load_id;
    CALL exograph_private.require_own_load(load_id, v_load);
    IF v_load.state = 'finalized' THEN
        RAISE EXCEPTION 'load % is finalized', load_id USING ERRCODE = 'XG002',
            DETAIL = 'Somebody has done so on the shard itself.',
            HINT = 'CALL exograph.undo_load there takes it out again; or abandon the load of the cluster, and begin a new one.';
    ELSIF v_load.state <> 'open' THEN
        RETURN false;
    END IF;
    CALL exograph_private.require_staging(load_id);
    RETURN true;
EXCEPTION WHEN SQLSTATE 'XG004' THEN
    CALL exograph.abandon_load(load_id); -- of a staging that is lost nothing can be used
    RETURN false;
END
$$;

COMMENT ON FUNCTION exograph_cluster.is_staged(integer) IS
'For join_load: whether a load of this index is open with its staging; it is abandoned where that is lost. Errors: XG001, XG002,
42501.';
