SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What does not push down through the views of exograph_all is asked of all shards at once, by dblink. That connects anew each
-- time, one shard after the other, where postgres_fdw keeps its connections: what does push down goes through the views.

-- The rows that a query has on each of some shards, where it runs under the path of the role. A shard that gives an error, or
-- cannot be reached, is named, and no connection stays open.
CREATE OR REPLACE FUNCTION exograph_private.ask_shards(shards integer[], query text) RETURNS TABLE (shard integer, answer jsonb)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_number integer;
    v_shard  exograph_cluster.shards;
BEGIN
    FOREACH v_number IN ARRAY shards LOOP
        v_shard := exograph_private.find_shard(v_number);
        CALL exograph_private.send_link(exograph_private.open_reader_link(v_shard), v_shard,
                                        format('SELECT pg_catalog.to_jsonb(q) FROM (%s) q', query));
    END LOOP;
    RETURN QUERY SELECT a.shard, a.answer::jsonb FROM exograph_private.await_shards('reader', shards) a;
    CALL exograph_private.close_links('reader', shards);
EXCEPTION WHEN query_canceled OR OTHERS THEN
    CALL exograph_private.close_links('reader', shards);
    RAISE;
END
$$;
