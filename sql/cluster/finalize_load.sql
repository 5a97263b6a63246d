SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- No SECURITY DEFINER and no SET: a procedure that commits can have neither, and names everything in full.
CREATE OR REPLACE PROCEDURE exograph_cluster.finalize_load(
    load_id             integer,
    on_reject           text    DEFAULT NULL,
    reject_limit        bigint  DEFAULT NULL,
    keep_maps           boolean DEFAULT NULL,
    partition_threshold bigint  DEFAULT NULL,
    mode                text    DEFAULT NULL
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    COMMIT; -- fails inside of a transaction of the caller, and not after all the work
    PERFORM exograph_cluster.prepare_load(load_id, on_reject, reject_limit, keep_maps, partition_threshold, mode);
    COMMIT; -- the decision
    PERFORM exograph_cluster.commit_load(load_id);
END
$$;

COMMENT ON PROCEDURE exograph_cluster.finalize_load(integer, text, bigint, boolean, bigint, text) IS
'Finalizes a load of the cluster on all of its shards, or on none. The load is finalized and prepared on all at once; an error
on one undoes it on the others, names the shard, and leaves the load open with its staging. Then it is decided, by one committed
row, and committed everywhere; of a shard that does not answer then a NOTICE tells, and resolve_loads commits there later: until
it does, no other writes to that shard. Of a session, a shard or a coordinator that dies on the way resolve_loads undoes or
commits the rest. Again: what is left to commit is committed. One at a time in a cluster. Outside a transaction, for it commits.
The options are those of exograph.finalize_load. Errors: XG001, XG002, 08001, 08006, 2D000 (inside a transaction), 42501, 55000
(detached; another version; max_prepared_transactions is 0), 55P03, and those of exograph.finalize_load on a shard.';

CREATE OR REPLACE FUNCTION exograph_cluster.prepare_load(
    load_id integer, on_reject text, reject_limit bigint, keep_maps boolean, partition_threshold bigint, mode text
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_load exograph_cluster.loads;
BEGIN
    CALL exograph_private.require_coordinator();
    PERFORM exograph_private.check_options(on_reject, reject_limit, keep_maps, partition_threshold, mode => mode);
    v_load := exograph_private.lock_cluster_load(load_id);
    IF v_load.state IN ('committed', 'finalized') THEN
        RETURN; -- commit_load does the rest, or tells
    END IF;
    CALL exograph_private.require_open_cluster_load(v_load);
    CALL exograph_private.lock_cluster('finalize_load');
    CALL exograph_private.prepare_everywhere(v_load, format(
        'on_reject => %L, reject_limit => %L, keep_maps => %L, partition_threshold => %L, mode => %L',
        on_reject, reject_limit, keep_maps, partition_threshold, mode));
    UPDATE exograph_cluster.load_shards s SET state = 'prepared' WHERE s.load_id = prepare_load.load_id;
    UPDATE exograph_cluster.packages p SET shard = m.target, load_id = v_load.id
    FROM exograph_private.move_of(v_load) m
    WHERE p.ecosystem = m.ecosystem AND p.name = m.name;
    UPDATE exograph_cluster.loads l SET state = 'committed', decided_at = clock_timestamp() WHERE l.id = load_id;
    -- The decision must be on disk before any shard acts by it.
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'local', true);
    END IF;
END
$$;

COMMENT ON FUNCTION exograph_cluster.prepare_load(integer, text, bigint, boolean, bigint, text) IS
'For finalize_load: its first transaction, whose commit is the decision. Rolled back, it leaves what resolve_loads rolls back on
the shards.';

-- Finalizes and prepares a load on all of its shards at once. After an error nothing is prepared on any that answers.
CREATE OR REPLACE PROCEDURE exograph_private.prepare_everywhere(load exograph_cluster.loads, options text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_shards  integer[] := ARRAY(SELECT s.shard FROM exograph_cluster.load_shards s WHERE s.load_id = load.id ORDER BY s.shard);
    v_pids    integer[];
    v_state   text;
    v_message text;
    v_detail  text;
    v_hint    text;
    v_doubt   text;
BEGIN
    v_pids := exograph_private.open_load_links(load, v_shards);
    BEGIN
        CALL exograph_private.refuse_moved(load);
        IF load.options ? 'move' THEN
            CALL exograph_private.copy_package(load);
        END IF;
        CALL exograph_private.send_load(load, options);
        PERFORM FROM exograph_private.await_shards('user', v_shards);
    EXCEPTION WHEN query_canceled OR OTHERS THEN
        GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL,
                                v_hint = PG_EXCEPTION_HINT;
        v_doubt := exograph_private.take_back(load, v_shards, v_pids);
        RAISE EXCEPTION '%', v_message USING ERRCODE = v_state,
            DETAIL = concat_ws(E'\n', nullif(v_detail, ''), coalesce(v_doubt, 'Nothing of the load is prepared on any shard.')),
            HINT = concat_ws(' ', nullif(v_hint, ''), 'The load is open.', CASE WHEN v_doubt IS NOT NULL THEN
                'When they answer, SELECT * FROM exograph_cluster.resolve_loads() rolls back what is prepared there.' END);
    END;
END
$$;

-- Opens a link to each shard of a load, and returns the process there. What an earlier attempt has left prepared is rolled back.
-- Errors: 08001, 42501, 55000.
CREATE OR REPLACE FUNCTION exograph_private.open_load_links(load exograph_cluster.loads, shards integer[]) RETURNS integer[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_number integer;
    v_shard  exograph_cluster.shards;
    v_link   text;
    v_pids   integer[] := '{}';
BEGIN
    FOREACH v_number IN ARRAY shards LOOP
        v_shard := exograph_private.find_shard(v_number);
        v_link := exograph_private.open_user_link(v_shard, load.who);
        CALL exograph_private.require_fit_shard(v_link, v_shard);
        CALL exograph_private.end_prepared(v_link, v_shard, load.id, 'ROLLBACK');
        v_pids := v_pids || exograph_private.ask_link(v_link, v_shard, 'SELECT pg_catalog.pg_backend_pid()')::integer;
    END LOOP;
    RETURN v_pids;
EXCEPTION WHEN OTHERS THEN
    CALL exograph_private.close_links('user', shards);
    RAISE;
END
$$;

-- Sends all shards of a load what finalizes and prepares it there. Where it moves a package, its transactions are under way: one
-- has a load to finalize, in the other the package is deleted.
CREATE OR REPLACE PROCEDURE exograph_private.send_load(load exograph_cluster.loads, options text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_part exograph_cluster.load_shards;
BEGIN
    FOR v_part IN SELECT * FROM exograph_cluster.load_shards s WHERE s.load_id = load.id ORDER BY s.shard LOOP
        CALL exograph_private.send_link(
            exograph_private.link_name('user', v_part.shard), exograph_private.find_shard(v_part.shard),
            concat_ws('; ', CASE WHEN NOT load.options ? 'move' THEN 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE' END,
                      'CALL exograph.finalize_load(' || v_part.shard_load || format(', %s, prepared => true)', options),
                      format('PREPARE TRANSACTION %L', exograph_private.gid(load.id, v_part.shard))));
    END LOOP;
END
$$;

-- Ends what the shards of a load are doing for it and rolls back what they have prepared. Returns what is left in doubt, NULL
-- where nothing is.
CREATE OR REPLACE FUNCTION exograph_private.take_back(load exograph_cluster.loads, shards integer[], pids integer[]) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_shard exograph_cluster.shards;
    v_link  text;
    v_doubt text;
BEGIN
    CALL exograph_private.close_links('user', shards);
    CALL exograph_private.close_links('reader', shards); -- of copy_package: its transaction would stay open there
    FOR i IN 1 .. cardinality(shards) LOOP
        v_shard := exograph_private.find_shard(shards[i], attached => false);
        BEGIN
            v_link := exograph_private.open_user_link(v_shard, load.who);
            CALL exograph_private.await_end(v_link, v_shard, pids[i]);
            CALL exograph_private.end_prepared(v_link, v_shard, load.id, 'ROLLBACK');
        EXCEPTION WHEN query_canceled OR OTHERS THEN
            v_doubt := concat_ws(E'\n', v_doubt, 'In doubt: ' || SQLERRM);
        END;
        CALL exograph_private.close_link(exograph_private.link_name('user', shards[i]));
    END LOOP;
    RETURN v_doubt;
END
$$;

-- Waits until a process of a shard has ended: it looks once a second whether its client is there. Errors: 08006, after 15 s.
CREATE OR REPLACE PROCEDURE exograph_private.await_end(link text, shard exograph_cluster.shards, pid integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_end timestamptz := clock_timestamp() + interval '15 s';
BEGIN
    WHILE exograph_private.ask_link(
        link, shard, format('SELECT count(*) FROM pg_catalog.pg_stat_activity a WHERE a.pid = %s', pid)) <> '0'
    LOOP
        IF clock_timestamp() > v_end THEN
            RAISE EXCEPTION 'shard % (%): process % goes on', shard.number, shard.name, pid USING ERRCODE = 'connection_failure';
        END IF;
        PERFORM pg_sleep(0.05);
    END LOOP;
END
$$;

-- Commits or rolls back what a load has prepared on a shard; nothing is done where nothing is.
CREATE OR REPLACE PROCEDURE exograph_private.end_prepared(
    link text, shard exograph_cluster.shards, load_id integer, command text
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_gid CONSTANT text := exograph_private.gid(load_id, shard.number);
BEGIN
    IF exograph_private.ask_link(link, shard, exograph_private.prepared_query(v_gid)) <> '0' THEN
        PERFORM exograph_private.ask_link(link, shard, format('%s PREPARED %L', command, v_gid), '1 min');
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION exograph_cluster.commit_load(load_id integer) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_load exograph_cluster.loads;
    v_left text;
BEGIN
    PERFORM FROM exograph_cluster.loads l WHERE l.id = load_id FOR UPDATE; -- resolve_loads may be at it
    v_load := exograph_private.lock_cluster_load(load_id);
    IF v_load.state = 'finalized' THEN
        RAISE NOTICE 'load % of the cluster was finalized at %', load_id, v_load.finalized_at
            USING HINT = 'exograph.load_report on its shards tells what became of each row.';
        RETURN;
    END IF;
    SELECT string_agg(r.shard::text, ', ' ORDER BY r.shard) INTO v_left
    FROM exograph_private.resolve_load(v_load) r
    WHERE r.outcome <> 'committed';
    IF v_left IS NOT NULL THEN
        RAISE NOTICE 'load % of the cluster is decided, and not committed on shards % yet', load_id, v_left
            USING HINT = 'When they answer, SELECT * FROM exograph_cluster.resolve_loads() commits it there. Nobody can undo it.';
    END IF;
END
$$;

COMMENT ON FUNCTION exograph_cluster.commit_load(integer) IS
'For finalize_load: commits a load that is decided on all of its shards. Errors: XG001, 42501, 55P03.';
