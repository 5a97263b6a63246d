-- All locks that will be needed, before anything is touched: what refers to each other from the top, then the partitions. ATTACH
-- drops triggers on the tables that the foreign keys refer to, for the partitioned table has its own. A partition that is dropped
-- as it is, without DETACH, needs no look at them.
CREATE OR REPLACE PROCEDURE exograph.exchange_partitions(ranges jsonb)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_tables text[];
    v_range  record;
    v_detail text;
BEGIN
    SELECT array_agg(o.name ORDER BY o.rank, o.name) INTO v_tables
    FROM (
        SELECT c.relname::text AS name, array_position('{packages,package_versions,files,fragments,graph_nodes}', c.relname::text)
        FROM pg_class c
        WHERE c.oid IN (SELECT k.confrelid FROM pg_constraint k
                        JOIN jsonb_to_recordset(ranges) AS r (table_name text)
                            ON k.conrelid = format('exograph.%I', r.table_name)::regclass
                        WHERE k.contype = 'f')
        UNION
        SELECT r.table_name, 10 FROM jsonb_to_recordset(ranges) AS r (table_name text)
        UNION
        SELECT p.partition_name, 11
        FROM jsonb_to_recordset(ranges) AS r (table_name text, first_load integer, last_load integer)
        JOIN exograph.fact_partitions p
            ON p.table_name = r.table_name AND p.first_load >= r.first_load AND p.last_load <= r.last_load
    ) AS o (name, rank);
    CALL exograph.lock_readers_out('merge_partitions', v_tables, '.');

    FOR v_range IN
        SELECT r.*, exograph.merged_name(r.table_name, r.first_load, r.last_load) AS merged
        FROM jsonb_to_recordset(ranges) AS r (table_name text, first_load integer, last_load integer)
    LOOP
        EXECUTE format('DROP TABLE %s', (
            SELECT string_agg(format('exograph.%I', p.partition_name), ', ')
            FROM exograph.fact_partitions p
            WHERE p.table_name = v_range.table_name AND p.first_load >= v_range.first_load AND p.last_load <= v_range.last_load));
        EXECUTE format('ALTER TABLE exograph.%I ATTACH PARTITION exograph.%I FOR VALUES FROM (%s) TO (%s)',
                       v_range.table_name, v_range.merged, v_range.first_load, v_range.last_load + 1);
        EXECUTE format('ALTER TABLE exograph.%I DROP CONSTRAINT load_id_in_range', v_range.merged);
    END LOOP;
EXCEPTION WHEN dependent_objects_still_exist THEN
    GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
    RAISE EXCEPTION 'merge_partitions: other objects depend on a partition' USING ERRCODE = 'dependent_objects_still_exist',
        DETAIL = v_detail, HINT = 'Have them use the partitioned table, or drop them. Nothing was changed: call again then.';
END
$$;

ALTER PROCEDURE exograph.exchange_partitions(jsonb) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.exchange_partitions(jsonb) IS
    'Puts the merged partitions of ranges in the place of the old ones, in one moment. Errors: 2BP01, 55P03.';
REVOKE ALL ON PROCEDURE exograph.exchange_partitions(jsonb) FROM PUBLIC;
