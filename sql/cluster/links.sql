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

-- Whether the answer to what was sent is there, be it an error. Each look reads some 16 kB of what has come; one more than it
-- takes would find out that the shard has gone since, and lose the answer.
CREATE OR REPLACE FUNCTION exograph_private.is_answered(link text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    FOR look IN 1 .. 20 LOOP
        IF exograph_dblink.dblink_is_busy(link) = 0 THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$;

-- Where a shard is, for the detail of an error.
CREATE OR REPLACE FUNCTION exograph_private.place_of_shard(shard exograph_cluster.shards) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.format('That is database %s at %s:%s.', pg_catalog.quote_ident(shard.dbname), shard.hosts, shard.port)
$$;

-- The rows of an answer that is there, of one value each; a command has one. Errors of the shard are raised with its name; that
-- it has cancelled, or is shut down, is no news of this server: 08006.
CREATE OR REPLACE FUNCTION exograph_private.answers(link text, shard exograph_cluster.shards) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_empty   integer := 0;
    v_state   text;
    v_message text;
    v_detail  text;
    v_hint    text;
    v_context text;
BEGIN
    WHILE v_empty < 2 LOOP -- one may be a result without rows, and not the end
        RETURN QUERY SELECT r.value FROM exograph_dblink.dblink_get_result(link) AS r (value text);
        v_empty := CASE WHEN FOUND THEN 0 ELSE v_empty + 1 END;
    END LOOP;
EXCEPTION WHEN query_canceled OR OTHERS THEN
    GET STACKED DIAGNOSTICS v_state = RETURNED_SQLSTATE, v_message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL,
                            v_hint = PG_EXCEPTION_HINT, v_context = PG_EXCEPTION_CONTEXT;
    CALL exograph_private.close_link(link); -- answers may be left in it
    IF v_state = '57014' AND strpos(v_context, link) = 0 THEN -- it is this session that was cancelled
        RAISE;
    END IF;
    RAISE EXCEPTION 'shard % (%): %', shard.number, shard.name, regexp_replace(trim(E'\n ' FROM v_message), '\s*\n\s*', ' ', 'g')
        USING ERRCODE = CASE WHEN v_state LIKE '57P%' OR v_state = '57014' THEN '08006' ELSE v_state END,
            DETAIL = concat_ws(E'\n', nullif(v_detail, ''), exograph_private.place_of_shard(shard)),
            HINT = coalesce('On the shard: ' || nullif(v_hint, ''), 'TABLE exograph_cluster.cluster_status shows how it is.');
END
$$;

-- Waits until one of some links is answered, and returns it; NULL where none is at a time.
CREATE OR REPLACE FUNCTION exograph_private.next_answered(links text[], until timestamptz DEFAULT 'infinity') RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_link  text;
    v_pause float8 := 0.0005;
BEGIN
    LOOP
        FOREACH v_link IN ARRAY links LOOP
            IF exograph_private.is_answered(v_link) THEN
                RETURN v_link;
            END IF;
        END LOOP;
        IF clock_timestamp() > until THEN
            RETURN NULL;
        END IF;
        PERFORM pg_sleep(v_pause);
        v_pause := least(v_pause * 1.5, 0.05);
    END LOOP;
END
$$;

-- Waits for the answer to what was sent, until a time, and returns its rows. Errors: those of the shard; 08006 where it does not
-- answer.
CREATE OR REPLACE FUNCTION exograph_private.await_rows(link text, shard exograph_cluster.shards, until timestamptz)
RETURNS SETOF text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    IF exograph_private.next_answered(ARRAY[link], until) IS NULL THEN
        CALL exograph_private.close_link(link);
        RAISE EXCEPTION 'shard % (%) does not answer', shard.number, shard.name USING ERRCODE = 'connection_failure',
            DETAIL = format('It was waited for until %s.', date_trunc('second', until)),
            HINT = format('Until it does, SELECT exograph_cluster.detach_shard(%s) leaves it out.', shard.number);
    END IF;
    RETURN QUERY SELECT a FROM exograph_private.answers(link, shard) a;
END
$$;

-- Sends a query of rows of one value, or a command, and waits for the answer, for so long. Errors: as await_rows.
CREATE OR REPLACE FUNCTION exograph_private.ask_rows(
    link text, shard exograph_cluster.shards, query text, longest interval DEFAULT '15 s'
) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.send_link(link, shard, query);
    RETURN QUERY SELECT a FROM exograph_private.await_rows(link, shard, clock_timestamp() + longest) a;
END
$$;

-- Sends a query of one value and waits for the answer, for so long. Returns the last row. Errors: as ask_rows.
CREATE OR REPLACE FUNCTION exograph_private.ask_link(
    link text, shard exograph_cluster.shards, query text, longest interval DEFAULT '15 s'
) RETURNS text
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    SELECT a.value FROM exograph_private.ask_rows(link, shard, query, longest) WITH ORDINALITY AS a (value, n)
    ORDER BY a.n DESC LIMIT 1
$$;

-- Waits, for so long as it takes, until all of some shards have answered what was sent to their links of a kind (user, reader),
-- and returns the rows. The first error that comes is raised at once.
CREATE OR REPLACE FUNCTION exograph_private.await_shards(kind text, shards integer[]) RETURNS TABLE (shard integer, answer text)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_links   text[] := ARRAY(SELECT exograph_private.link_name(kind, s.n)
                              FROM unnest(shards) WITH ORDINALITY AS s (n, i) ORDER BY s.i);
    v_waiting text[] := v_links;
    v_link    text;
    v_number  integer;
BEGIN
    WHILE cardinality(v_waiting) > 0 LOOP
        v_link := exograph_private.next_answered(v_waiting);
        v_number := shards[array_position(v_links, v_link)];
        RETURN QUERY SELECT v_number, a FROM exograph_private.answers(v_link, exograph_private.find_shard(v_number)) a;
        v_waiting := array_remove(v_waiting, v_link);
    END LOOP;
END
$$;

-- Closes the links of a kind to some shards.
CREATE OR REPLACE PROCEDURE exograph_private.close_links(kind text, shards integer[])
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    FOR i IN 1 .. cardinality(shards) LOOP
        CALL exograph_private.close_link(exograph_private.link_name(kind, shards[i]));
    END LOOP;
END
$$;

-- Name of the link of a kind to a shard: user, by which a role works there; reader, by which it is asked what readers may know.
CREATE OR REPLACE FUNCTION exograph_private.link_name(kind text, shard integer) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.concat('exograph_', kind, '_', shard)
$$;
