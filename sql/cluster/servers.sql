SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Foreign servers hold where a shard is, and user mappings of exograph_owner as whom to work there: one by which facts are read,
-- exograph_shard_<number>, and one for each role that loads, exograph_shard_<number>_user_<id>. Functions of the owner choose by
-- who called them, so that no role needs a right on a server, and none can see a password.

-- Makes a server with its mapping, anew where there is one. commands: for what writes, on the primary. Sessions find nothing but
-- what is named in full, whatever path their role has. Errors do not show the statement, which holds the password.
CREATE OR REPLACE PROCEDURE exograph_private.make_server(
    server text, shard exograph_cluster.shards, remote_user text, remote_password text, commands boolean
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_message text;
    v_state   text;
BEGIN
    CALL exograph_private.drop_server(server);
    EXECUTE format('CREATE SERVER %I FOREIGN DATA WRAPPER postgres_fdw
                    OPTIONS (host %L, port %L, dbname %L, connect_timeout ''3'', %s)',
                   server, shard.hosts, shard.port, shard.dbname,
                   CASE WHEN commands THEN
                       'target_session_attrs ''read-write'', '
                       'options ''-c client_connection_check_interval=1000 -c search_path=pg_catalog,pg_temp'''
                   ELSE
                       'options ''-c cursor_tuple_fraction=1 -c search_path=pg_catalog,pg_temp'', use_remote_estimate ''false'', '
                       'fdw_startup_cost ''100'', fdw_tuple_cost ''1'', async_capable ''true'', fetch_size ''10000'''
                   END);
    EXECUTE format('CREATE USER MAPPING FOR exograph_owner SERVER %I OPTIONS (user %L, password %L)',
                   server, remote_user, remote_password);
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS v_message = MESSAGE_TEXT, v_state = RETURNED_SQLSTATE;
    RAISE EXCEPTION 'shard % (%): %', shard.number, shard.name, v_message USING ERRCODE = v_state,
        HINT = 'SELECT exograph_cluster.add_shard(...) by a superuser makes ready what it needs.';
END
$$;

-- Drops a server with its mapping. Without effect where there is none.
CREATE OR REPLACE PROCEDURE exograph_private.drop_server(server text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_foreign_server s WHERE s.srvname = server) THEN
        EXECUTE format('DROP USER MAPPING IF EXISTS FOR exograph_owner SERVER %I', server);
        EXECUTE format('DROP SERVER %I', server);
    END IF;
END
$$;

-- Server by which a user of the shards works on one of them.
CREATE OR REPLACE FUNCTION exograph_private.user_server(shard integer, user_id integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT pg_catalog.format('exograph_shard_%s_user_%s', shard, user_id)
$$;

-- The user of the shards that a role is mapped to. Errors: 42501, there is none.
CREATE OR REPLACE FUNCTION exograph_private.find_user(role text) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_user integer := (SELECT u.id FROM exograph_cluster.users u JOIN pg_roles r ON r.oid = u.role_oid AND r.rolname = u.role
                       WHERE u.role = find_user.role);
BEGIN
    IF v_user IS NULL THEN
        RAISE EXCEPTION 'role % has no user on the shards', quote_ident(role) USING ERRCODE = 'insufficient_privilege',
            HINT = format('A member of exograph_owner runs: SELECT exograph_cluster.map_user(%L, ''user on the shards'', '
                          '''its password'').', role);
    END IF;
    RETURN v_user;
END
$$;

-- Opens the link by which a role works on a shard, and returns its name. Errors: 08001, 42501.
CREATE OR REPLACE FUNCTION exograph_private.open_user_link(shard exograph_cluster.shards, role text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_link CONSTANT text := exograph_private.link_name('user', shard.number);
BEGIN
    CALL exograph_private.open_link(v_link, shard,
                                    exograph_private.user_server(shard.number, exograph_private.find_user(role)));
    RETURN v_link;
END
$$;

-- Opens the link by which a shard is asked what readers may know, and returns its name. Errors: 08001.
CREATE OR REPLACE FUNCTION exograph_private.open_reader_link(shard exograph_cluster.shards) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_link CONSTANT text := exograph_private.link_name('reader', shard.number);
BEGIN
    CALL exograph_private.open_link(v_link, shard, shard.server);
    RETURN v_link;
END
$$;

-- What a shard answers to a query of one value, or the error that comes instead: its message, detail, hint and SQLSTATE.
CREATE TYPE exograph_private.shard_answer AS (
    shard exograph_cluster.shards, value text, problem text, detail text, hint text, state text
);

-- Asks all shards, or those that are attached, a query of one value by the role of readers, and waits for all answers at once,
-- for 15 s. They are connected to one after the other.
CREATE OR REPLACE FUNCTION exograph_private.ask_all(query text, attached boolean DEFAULT true)
RETURNS SETOF exograph_private.shard_answer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_answers exograph_private.shard_answer[] := ARRAY(
        SELECT ROW(s, NULL, NULL, NULL, NULL, NULL)::exograph_private.shard_answer
        FROM exograph_cluster.shards s
        WHERE NOT attached OR s.state = 'attached'
        ORDER BY s.number);
    v_answer  exograph_private.shard_answer;
    v_until   timestamptz;
BEGIN
    FOR i IN 1 .. cardinality(v_answers) LOOP
        v_answers[i] := exograph_private.ask_reader(v_answers[i], query);
    END LOOP;
    v_until := clock_timestamp() + interval '15 s';
    FOREACH v_answer IN ARRAY v_answers LOOP
        IF v_answer.state IS NULL THEN
            v_answer := exograph_private.ask_reader(v_answer, NULL, v_until);
        END IF;
        RETURN NEXT v_answer;
    END LOOP;
EXCEPTION WHEN query_canceled OR OTHERS THEN
    FOREACH v_answer IN ARRAY v_answers LOOP
        CALL exograph_private.close_link(exograph_private.link_name('reader', (v_answer.shard).number));
    END LOOP;
    RAISE;
END
$$;

-- For ask_all: sends a shard a query, or, where that is NULL, waits for its answer, until a time. Errors are in the answer.
CREATE OR REPLACE FUNCTION exograph_private.ask_reader(
    answer exograph_private.shard_answer, query text, until timestamptz DEFAULT NULL
) RETURNS exograph_private.shard_answer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_link CONSTANT text := exograph_private.link_name('reader', (answer.shard).number);
BEGIN
    IF query IS NOT NULL THEN
        CALL exograph_private.send_link(exograph_private.open_reader_link(answer.shard), answer.shard, query);
    ELSE
        answer.value := (SELECT a FROM exograph_private.await_rows(v_link, answer.shard, until) a);
        CALL exograph_private.close_link(v_link);
    END IF;
    RETURN answer;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS answer.problem = MESSAGE_TEXT, answer.detail = PG_EXCEPTION_DETAIL, answer.hint = PG_EXCEPTION_HINT,
                            answer.state = RETURNED_SQLSTATE;
    CALL exograph_private.close_link(v_link);
    RETURN answer;
END
$$;

-- Where the caller may set it, has the server log the statement that fails no more, until the transaction ends: it holds a
-- password. Returns what was set before, for set_config.
CREATE OR REPLACE FUNCTION exograph_private.hide_statement() RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_before CONSTANT text := current_setting('log_min_error_statement');
BEGIN
    PERFORM set_config('log_min_error_statement', 'panic', true);
    RETURN v_before;
EXCEPTION WHEN insufficient_privilege THEN
    RETURN NULL;
END
$$;
