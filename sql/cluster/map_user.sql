SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_cluster.map_user(role text, remote_user text, remote_password text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_logged text := exograph_private.hide_statement();
BEGIN
    PERFORM exograph_private.enter_user(role, remote_user, remote_password);
    IF v_logged IS NOT NULL THEN
        PERFORM set_config('log_min_error_statement', v_logged, true);
    END IF;
END
$$;

COMMENT ON FUNCTION exograph_cluster.map_user(text, text, text) IS
'Says as whom a role of the coordinator works on the shards, in place of what was said before: a member of exograph_loader
there, of one name and password on all shards. remote_user NULL: as nobody any more. The password is kept in foreign servers
that only exograph_owner may use; a statement that fails is logged with it unless a superuser calls. For members of
exograph_owner. Errors: XG008, 42501, 42704, 55000 (there is no shard).';

-- map_user.
CREATE OR REPLACE FUNCTION exograph_private.enter_user(role text, remote_user text, remote_password text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_oid   oid := (SELECT r.oid FROM pg_roles r WHERE r.rolname = role);
    v_user  integer;
    v_shard exograph_cluster.shards;
BEGIN
    CALL exograph_private.require_owner('map_user', 'It lends a role the rights of a user on the shards.');
    CALL exograph_private.require_coordinator(); -- the servers of shards hold the password
    IF remote_user IS NULL THEN
        DELETE FROM exograph_cluster.users u WHERE u.role = enter_user.role RETURNING u.id INTO v_user;
    ELSIF coalesce(remote_user, '') = '' OR coalesce(remote_password, '') = '' THEN
        RAISE EXCEPTION 'a user on the shards needs a name and a password' USING ERRCODE = 'XG008',
            HINT = 'Shards are reached by password.';
    ELSIF v_oid IS NULL THEN
        RAISE EXCEPTION 'there is no role %', quote_nullable(role) USING ERRCODE = 'undefined_object',
            HINT = 'It is the role that calls begin_load and finalize_load on the coordinator.';
    ELSE
        INSERT INTO exograph_cluster.users AS u (role, role_oid, remote_user)
        VALUES (enter_user.role, v_oid, enter_user.remote_user)
        ON CONFLICT ON CONSTRAINT users_role_key DO UPDATE SET role_oid = excluded.role_oid, remote_user = excluded.remote_user
        RETURNING u.id INTO v_user;
    END IF;
    FOR v_shard IN SELECT * FROM exograph_cluster.shards s ORDER BY s.number LOOP
        IF remote_user IS NULL THEN
            CALL exograph_private.drop_server(exograph_private.user_server(v_shard.number, v_user));
        ELSE
            CALL exograph_private.make_server(exograph_private.user_server(v_shard.number, v_user), v_shard, remote_user,
                                              remote_password, commands => true);
        END IF;
    END LOOP;
END
$$;
