SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What the calls on loads of the cluster share.

-- Refuses an index that coordinates no cluster. Errors: 55000.
CREATE OR REPLACE PROCEDURE exograph_private.require_coordinator()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM exograph_cluster.shards) THEN
        RAISE EXCEPTION 'this index coordinates no cluster' USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'SELECT exograph_cluster.add_shard(...) makes it one; exograph.begin_load begins a load of this index alone.';
    END IF;
END
$$;

-- Takes the one lock of the cluster until the transaction ends; what names the caller in the error. Errors: 55P03, at once.
CREATE OR REPLACE PROCEDURE exograph_private.lock_cluster(what text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM FROM exograph_cluster.cluster FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RAISE EXCEPTION '%: another session is finalizing a load of the cluster, or adding a shard', what
            USING ERRCODE = 'lock_not_available',
                DETAIL = coalesce((SELECT 'It is ' || exograph_private.row_holder(c.xmax) || '.' FROM exograph_cluster.cluster c),
                                  'It has just ended.'),
                HINT = 'One at a time: two would wait for each other on the shards. Call again when it is done.';
    END IF;
END
$$;

-- Locks a load of the cluster until the transaction ends, and returns it. Errors: XG001, XG003, 25006, 42501, 55P03, at once.
CREATE OR REPLACE FUNCTION exograph_private.lock_cluster_load(load_id integer) RETURNS exograph_cluster.loads
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_load exograph_cluster.loads;
BEGIN
    CALL exograph_private.require_read_committed(format('work on load %s of the cluster', load_id));
    CALL exograph_private.require_writable(format('work on load %s of the cluster', load_id));
    SELECT * INTO v_load FROM exograph_cluster.loads l WHERE l.id = load_id FOR UPDATE SKIP LOCKED;
    IF v_load.id IS NULL AND EXISTS (SELECT FROM exograph_cluster.loads l WHERE l.id = load_id) THEN
        RAISE EXCEPTION 'load % of the cluster: another session is working on it', load_id USING ERRCODE = 'lock_not_available',
            DETAIL = coalesce((SELECT 'It is ' || exograph_private.row_holder(l.xmax) || '.'
                               FROM exograph_cluster.loads l WHERE l.id = load_id), 'It has just ended.'),
            HINT = 'Call again when it is done.';
    ELSIF v_load.id IS NULL THEN
        RAISE EXCEPTION 'there is no load % of the cluster', coalesce(load_id::text, 'NULL') USING ERRCODE = 'XG001',
            HINT = 'TABLE exograph_cluster.loads lists them.';
    ELSIF NOT (exograph_private.is_role_of(v_load.who) OR pg_has_role(exograph_private.caller(), 'exograph_owner', 'MEMBER')) THEN
        RAISE EXCEPTION 'load % of the cluster belongs to role %', load_id, quote_ident(v_load.who)
            USING ERRCODE = 'insufficient_privilege',
                HINT = 'That role, its members, those of exograph_owner, and superusers may work on it.';
    END IF;
    RETURN v_load;
END
$$;

-- Whether the caller is a member of a role, which may be gone.
CREATE OR REPLACE FUNCTION exograph_private.is_role_of(role text) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce((SELECT pg_catalog.pg_has_role(exograph_private.caller(), r.oid, 'MEMBER')
                     FROM pg_catalog.pg_roles r WHERE r.rolname = is_role_of.role), false)
$$;

-- lock_cluster_load for a load that must be open. Errors: as there, and XG002.
CREATE OR REPLACE FUNCTION exograph_private.lock_open_cluster_load(load_id integer) RETURNS exograph_cluster.loads
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_load exograph_cluster.loads := exograph_private.lock_cluster_load(load_id);
BEGIN
    CALL exograph_private.require_open_cluster_load(v_load);
    RETURN v_load;
END
$$;

-- Refuses a load of the cluster that is not open. Errors: XG002.
CREATE OR REPLACE PROCEDURE exograph_private.require_open_cluster_load(load exograph_cluster.loads)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF load.state <> 'open' THEN
        RAISE EXCEPTION 'load % of the cluster is %', load.id, load.state USING ERRCODE = 'XG002',
            DETAIL = format('It was decided at %s.', load.decided_at),
            HINT = CASE load.state WHEN 'committed' THEN 'SELECT * FROM exograph_cluster.resolve_loads() finishes it.'
                                   ELSE 'SELECT exograph_cluster.begin_load(''a label'') begins a new one.' END;
    END IF;
END
$$;

-- Name of the prepared transaction of a load on a shard.
CREATE OR REPLACE FUNCTION exograph_private.gid(load_id integer, shard integer) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.format('exograph:%s:%s:%s', c.id, gid.load_id, gid.shard) FROM exograph_cluster.cluster c
$$;

-- A query for what is prepared by a name.
CREATE OR REPLACE FUNCTION exograph_private.prepared_query(gid text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.format('SELECT count(*) FROM pg_catalog.pg_prepared_xacts x
                              WHERE x.gid = %L AND x.database = pg_catalog.current_database()', prepared_query.gid)
$$;
