SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- lock_load for a load that must be open. Errors: XG001, XG002, 25006, 42501, 55P03.
CREATE OR REPLACE FUNCTION exograph_private.lock_open_load(load_id integer) RETURNS exograph.loads
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_load exograph.loads := exograph_private.lock_load(load_id);
BEGIN
    IF v_load.state <> 'open' THEN
        RAISE EXCEPTION 'load % is %', load_id, v_load.state USING ERRCODE = 'XG002',
            DETAIL = format('It ended at %s.', v_load.ended_at),
            HINT = 'SELECT exograph.begin_load(''a label'') begins a new one.';
    END IF;
    RETURN v_load;
END
$$;

-- Locks a load until the transaction ends and returns its row in the ledger. Errors: XG001, 25006, 42501, 55P03. The row lock is
-- the load's lock: of two that finalize, seal or abandon one load, the second waits and sees the outcome.
CREATE OR REPLACE FUNCTION exograph_private.lock_load(load_id integer) RETURNS exograph.loads
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_load exograph.loads;
BEGIN
    CALL exograph_private.require_writable(format('work on load %s', load_id));
    BEGIN
        SELECT * INTO v_load FROM exograph.loads l WHERE l.load_id = lock_load.load_id FOR UPDATE;
    EXCEPTION WHEN lock_not_available THEN
        PERFORM exograph_private.raise_lock_timeout(
            format('load %s: another session is working on it', load_id),
            'exograph.lock_waits shows who waits for whom. Call again when it is done, perhaps with a longer lock_timeout.',
            (SELECT exograph_private.row_holder(l.xmax) || ' works on it'
             FROM exograph.loads l WHERE l.load_id = lock_load.load_id));
    END;
    CALL exograph_private.require_own_load(load_id, v_load);
    RETURN v_load;
END
$$;

-- Refuses a load that does not exist, its row being NULL, and one that is not the caller's. Errors: XG001, 42501.
CREATE OR REPLACE PROCEDURE exograph_private.require_own_load(load_id integer, load exograph.loads)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_owner oid := exograph_private.owner_of_load(load);
BEGIN
    IF load.load_id IS NULL THEN
        RAISE EXCEPTION 'there is no load %', load_id USING ERRCODE = 'XG001',
            HINT = 'TABLE exograph.loads lists them.';
    END IF;
    IF NOT (coalesce(pg_has_role(exograph_private.caller(), v_owner, 'MEMBER'), false)
            OR pg_has_role(exograph_private.caller(), 'exograph_owner', 'MEMBER'))
    THEN
        RAISE EXCEPTION 'load % belongs to role %', load_id,
                coalesce(v_owner::regrole::text, quote_ident(load.started_by) || ', which is gone')
            USING ERRCODE = 'insufficient_privilege',
                HINT = 'That role, its members, those of exograph_owner, and superusers may work on it.';
    END IF;
END
$$;

-- The load that is meant: the one named or, for NULL, the caller's only open one. Errors: XG003.
CREATE OR REPLACE FUNCTION exograph_private.find_load(load_id integer) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_open integer[];
BEGIN
    IF load_id IS NOT NULL THEN
        RETURN load_id;
    END IF;
    SELECT array_agg(l.load_id ORDER BY l.load_id) INTO v_open
    FROM exograph.loads l
    WHERE l.state = 'open'
        AND exograph_private.owner_of_load(l) = (SELECT r.oid FROM pg_roles r WHERE r.rolname = exograph_private.caller());
    IF cardinality(v_open) = 1 THEN
        RETURN v_open[1];
    END IF;
    IF v_open IS NULL THEN
        RAISE EXCEPTION 'role % has no open load', quote_ident(exograph_private.caller()) USING ERRCODE = 'XG003',
            HINT = 'SELECT exograph.begin_load(''a label'') begins one; a load that somebody else began is named by its number.';
    END IF;
    RAISE EXCEPTION 'role % has % open loads', quote_ident(exograph_private.caller()), cardinality(v_open)
        USING ERRCODE = 'XG003',
        DETAIL = format('They are %s.', array_to_string(v_open, ', ')),
        HINT = format('Name one: CALL exograph.finalize_load(%s).', v_open[1]);
END
$$;

-- Refuses a caller who is no member of exograph_owner; what names the thing in the error, why says what it does that is not for
-- every loader to do. Errors: 42501.
CREATE OR REPLACE PROCEDURE exograph_private.require_owner(what text, why text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF NOT pg_has_role(exograph_private.caller(), 'exograph_owner', 'MEMBER') THEN
        RAISE EXCEPTION '% is for members of exograph_owner, which role % is not', what, quote_ident(exograph_private.caller())
            USING ERRCODE = 'insufficient_privilege',
                DETAIL = why,
                HINT = format('Leave it out, or have somebody do it who may. GRANT exograph_owner TO %I gives that right.',
                              exograph_private.caller());
    END IF;
END
$$;

-- System identifier of this cluster: oids of roles mean something within one only.
CREATE OR REPLACE FUNCTION exograph_private.cluster() RETURNS bigint
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT c.system_identifier FROM pg_catalog.pg_control_system() c
$$;

-- Role in force where a definer function was called. session_user is wrong after SET ROLE, current_user is the owner inside a
-- definer function.
CREATE OR REPLACE FUNCTION exograph_private.caller() RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE pg_catalog.current_setting('role')
               WHEN 'none' THEN session_user::pg_catalog.text
               ELSE pg_catalog.current_setting('role')
           END
$$;

-- Role whose load it is, in the cluster where the database is now. NULL where there is no such role. The oid, so that a role
-- that is renamed keeps its loads; but after a restore in another cluster that is some other role's, and what the dump says of
-- rights goes by names.
CREATE OR REPLACE FUNCTION exograph_private.owner_of_load(load exograph.loads) RETURNS oid
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT r.oid
    FROM pg_catalog.pg_roles r
    WHERE CASE WHEN load.cluster = exograph_private.cluster() THEN r.oid = load.role_oid ELSE r.rolname = load.started_by END
$$;
