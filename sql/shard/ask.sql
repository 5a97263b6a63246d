SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What does not push down through the views of exograph_all is asked of all shards at once, by dblink. That connects anew each
-- time, one shard after the other, where postgres_fdw keeps its connections: what does push down goes through the views.

-- The rows that a query has on each of some shards, where it runs under the path of the role. Waits by polling: dblink_get_result
-- cannot be cancelled before PostgreSQL 18. A shard that gives an error, or cannot be reached, is named, and no connection stays
-- open.
CREATE OR REPLACE FUNCTION exograph_private.ask_shards(shards integer[], query text) RETURNS TABLE (shard integer, answer jsonb)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_shard   integer;
    v_message text;
    v_detail  text;
    v_hint    text;
BEGIN
    IF shards = '{}' THEN
        RETURN; -- there may be no dblink
    END IF;
    CALL exograph_private.hang_up(); -- what a session that was broken off in here has left
    FOREACH v_shard IN ARRAY shards LOOP
        PERFORM exograph_dblink.dblink_connect('exograph_all_' || v_shard, s.server)
        FROM exograph_cluster.shards s WHERE s.number = v_shard;
        IF exograph_dblink.dblink_send_query('exograph_all_' || v_shard,
                                             format('SELECT pg_catalog.to_jsonb(q) FROM (%s) q', query)) <> 1 THEN
            RAISE EXCEPTION '%', exograph_dblink.dblink_error_message('exograph_all_' || v_shard)
                USING ERRCODE = 'connection_failure';
        END IF;
    END LOOP;
    FOREACH v_shard IN ARRAY shards LOOP
        -- Each look reads some 16 kB of what has come.
        WHILE (SELECT min(exograph_dblink.dblink_is_busy('exograph_all_' || v_shard)) FROM generate_series(1, 20)) = 1 LOOP
            PERFORM pg_sleep(0.001);
        END LOOP;
        RETURN QUERY
            SELECT v_shard, r.answer FROM exograph_dblink.dblink_get_result('exograph_all_' || v_shard) AS r (answer jsonb);
    END LOOP;
    CALL exograph_private.hang_up();
EXCEPTION
    WHEN query_canceled THEN
        CALL exograph_private.hang_up();
        RAISE;
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS v_message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL, v_hint = PG_EXCEPTION_HINT;
        CALL exograph_private.hang_up();
        RAISE EXCEPTION '%: %', exograph_private.shard_name(v_shard), v_message
            USING ERRCODE = SQLSTATE, DETAIL = coalesce(nullif(v_detail, ''), 'The shard says so.'),
                HINT = coalesce(nullif(v_hint, ''), format(
                    'TABLE exograph_cluster.shards says where it is; SELECT exograph_cluster.detach_shard(%s) has the others '
                    'read without it.', v_shard));
END
$$;

-- Closes the connections that ask_shards has opened.
CREATE OR REPLACE PROCEDURE exograph_private.hang_up()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM exograph_dblink.dblink_disconnect(c.name)
    FROM unnest(exograph_dblink.dblink_get_connections()) AS c (name)
    WHERE c.name ~ '^exograph_all_\d+$';
END
$$;

-- A shard, as errors call it.
CREATE OR REPLACE FUNCTION exograph_private.shard_name(shard integer) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('shard %s (%s)', s.number, s.name) FROM exograph_cluster.shards s WHERE s.number = $1
$$;
