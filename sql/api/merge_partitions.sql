SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph.merge_partitions(keep integer DEFAULT 16)
RETURNS TABLE (table_name text, first_load integer, last_load integer, partitions integer, status text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' AS $$
DECLARE
    v_settings jsonb := exograph_private.take_settings();
    v_hint     text;
BEGIN
    IF keep < 0 OR keep IS NULL THEN
        RAISE EXCEPTION 'keep must be 0 or more, not %', coalesce(keep::text, 'NULL') USING ERRCODE = 'XG008',
            HINT = 'It is the number of newest partitions to leave alone.';
    END IF;
    CALL exograph_private.require_fit_transaction('merge_partitions');
    CALL exograph_private.lock_index('merge_partitions');
    RETURN QUERY SELECT * FROM exograph_private.merge_ranges(keep, thrifty => false);
    RETURN QUERY
        SELECT NULL::text, c.load_id, c.load_id, NULL::integer, 'blocked',
               c.what || ' has its partitions still to come: those before and those after it are not merged with each other '
                      'until it is finalized or abandoned'
        FROM exograph_private.loads_to_come() c
        WHERE EXISTS (SELECT FROM exograph.fact_partitions p
                      JOIN exograph.fact_partitions q USING (table_name)
                      WHERE p.last_load < c.load_id AND q.first_load > c.load_id)
        ORDER BY c.load_id;
    CALL exograph_private.restore_settings(v_settings);
EXCEPTION WHEN out_of_memory THEN
    GET STACKED DIAGNOSTICS v_hint = PG_EXCEPTION_HINT;
    CALL exograph_private.raise_out_of_locks('merge_partitions', SQLERRM, v_hint);
    RAISE;
END
$$;

COMMENT ON FUNCTION exograph.merge_partitions(integer) IS
'Merges the partitions of old loads into one per fact table, all but the newest keep of each; rows keep their load_id. Returns a
row for each range of loads, with the number of its partitions and what became of them. status: merged; blocked, with what is in
the way in detail: objects that depend on a partition, or an open load (table_name is NULL), before and after which partitions are
merged apart; postponed, where the locks of all at once would be too many: call it again. Writers wait meanwhile; readers do for
the moment at the end in which all tables are exchanged, which waits for them at most lock_timeout (60 s where it is not set).
Call it in a transaction of its own, or readers wait for its end. For the owner and superusers. Errors: XG007, XG008, 25006,
42501, 53200 (no locks are left for two partitions of a table), 55P03.';
