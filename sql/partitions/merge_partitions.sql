CREATE OR REPLACE PROCEDURE exograph.merge_partitions(keep integer DEFAULT 16)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_settings jsonb := exograph.saved_settings();
    v_open     integer;
    v_table    text;
    v_first    integer;
    v_last     integer;
BEGIN
    IF keep < 0 OR keep IS NULL THEN
        RAISE EXCEPTION 'keep must be the number of newest partitions to leave alone, not %', coalesce(keep::text, 'NULL')
            USING ERRCODE = 'XG008';
    END IF;
    CALL exograph.require_fit_transaction('merge_partitions');
    CALL exograph.limit_lock_wait();
    CALL exograph.raise_memory();
    CALL exograph.lock_index('merge_partitions');
    v_open := (SELECT min(l.load_id) FROM exograph.loads l WHERE l.state = 'open');
    FOR v_table, v_first, v_last IN
        SELECT p.table_name, min(p.first_load), max(p.last_load)
        FROM (
            SELECT *, row_number() OVER (PARTITION BY table_name ORDER BY first_load DESC) AS age
            FROM exograph.fact_partitions
            WHERE first_load IS NOT NULL
        ) p
        -- An open load between two old ones has its partition still to come.
        WHERE p.age > keep AND (v_open IS NULL OR p.last_load < v_open)
        GROUP BY p.table_name
        HAVING count(*) > 1
    LOOP
        RAISE NOTICE 'merging the partitions of % from load % to %', v_table, v_first, v_last;
        CALL exograph.merge_range(v_table, v_first, v_last);
    END LOOP;
    CALL exograph.restore_settings(v_settings);
END
$$;

ALTER PROCEDURE exograph.merge_partitions(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.merge_partitions(integer) IS
'Merges the partitions of old loads into one per fact table, all but the newest keep of each; rows keep their load_id.
Writers wait meanwhile; readers do for the moment of the exchange, at most lock_timeout (60 s where it is not set).
For the owner and superusers. Errors: XG007, XG008, 55P03.';
REVOKE ALL ON PROCEDURE exograph.merge_partitions(integer) FROM PUBLIC;
