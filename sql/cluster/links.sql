SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Connections to shards (links), by dblink. They are named, and belong to the session: nobody but functions of the owner
-- reaches them, for schema exograph_dblink is closed to all others. What is sent ends on the shard within a second of the end
-- of this session, by client_connection_check_interval: to close a link is to cancel. dblink_cancel_query waits without end for
-- a shard that hangs.

-- Opens a link, anew where there is one of the name. Errors: 08001, with what libpq says.
CREATE OR REPLACE PROCEDURE exograph_private.open_link(link text, shard exograph_cluster.shards, server text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_message text;
    v_detail  text;
BEGIN
    CALL exograph_private.close_link(link);
    PERFORM exograph_dblink.dblink_connect(link, server);
EXCEPTION
    WHEN sqlclient_unable_to_establish_sqlconnection OR connection_failure OR SQLSTATE '2F003' THEN
        GET STACKED DIAGNOSTICS v_message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL;
        RAISE EXCEPTION 'shard % (%): no connection: %', shard.number, shard.name,
                regexp_replace(trim(E'\n ' FROM coalesce(nullif(v_detail, ''), v_message)), '\s+', ' ', 'g')
            USING ERRCODE = 'sqlclient_unable_to_establish_sqlconnection',
                HINT = format('Shards are reached by password; SELECT exograph_cluster.detach_shard(%s) leaves out one that is '
                              'down.', shard.number);
END
$$;

-- Closes a link, whatever it is doing. Without effect where there is none of the name.
CREATE OR REPLACE PROCEDURE exograph_private.close_link(link text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF link = ANY (exograph_dblink.dblink_get_connections()) THEN
        PERFORM exograph_dblink.dblink_disconnect(link);
    END IF;
END
$$;

-- Sends a command, or several, and does not wait.
CREATE OR REPLACE PROCEDURE exograph_private.send_link(link text, shard exograph_cluster.shards, command text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF exograph_dblink.dblink_send_query(link, command) = 0 THEN
        RAISE EXCEPTION 'shard % (%): the connection is lost', shard.number, shard.name
            USING ERRCODE = 'connection_failure', DETAIL = exograph_dblink.dblink_error_message(link);
    END IF;
END
$$;

-- Whether the answer to what was sent is there, be it an error.
CREATE OR REPLACE FUNCTION exograph_private.is_answered(link text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    RETURN exograph_dblink.dblink_is_busy(link) = 0;
END
$$;

-- The last value of an answer that is there; each of its results has one. Errors of the shard are raised with its name.
CREATE OR REPLACE FUNCTION exograph_private.answer(link text, shard exograph_cluster.shards) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_result  text;
    v_answer  text;
    v_state   text;
    v_message text;
    v_detail  text;
    v_hint    text;
BEGIN
    LOOP
        SELECT r.value INTO v_result FROM exograph_dblink.dblink_get_result(link) AS r (value text);
        EXIT WHEN NOT FOUND;
        v_answer := v_result;
    END LOOP;
    RETURN v_answer;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL,
                            v_hint = PG_EXCEPTION_HINT;
    CALL exograph_private.close_link(link); -- answers may be left in it
    RAISE EXCEPTION 'shard % (%): %', shard.number, shard.name, regexp_replace(trim(E'\n ' FROM v_message), '\s*\n\s*', ' ', 'g')
        -- That the shard is shut down is no news of this server.
        USING ERRCODE = CASE WHEN v_state LIKE '57P%' THEN '08006' ELSE v_state END,
            DETAIL = concat_ws(E'\n', nullif(v_detail, ''),
                               format('That is database %s at %s:%s.', quote_ident(shard.dbname), shard.hosts, shard.port)),
            HINT = coalesce('On the shard: ' || nullif(v_hint, ''), 'TABLE exograph_cluster.cluster_status shows how it is.');
END
$$;

-- Sends a query of one value and waits for the answer, for so long. Errors: those of the shard; 08006 where it does not answer.
CREATE OR REPLACE FUNCTION exograph_private.ask_link(
    link text, shard exograph_cluster.shards, query text, longest interval DEFAULT '15 s'
) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_end   timestamptz := clock_timestamp() + longest;
    v_pause float8      := 0.0005;
BEGIN
    CALL exograph_private.send_link(link, shard, query);
    WHILE NOT exograph_private.is_answered(link) LOOP
        IF clock_timestamp() > v_end THEN
            CALL exograph_private.close_link(link);
            RAISE EXCEPTION 'shard % (%) does not answer', shard.number, shard.name USING ERRCODE = 'connection_failure',
                DETAIL = format('It was asked %s ago.', longest),
                HINT = format('Until it does, SELECT exograph_cluster.detach_shard(%s) leaves it out.', shard.number);
        END IF;
        PERFORM pg_sleep(v_pause);
        v_pause := least(v_pause * 2, 0.05);
    END LOOP;
    RETURN exograph_private.answer(link, shard);
END
$$;
