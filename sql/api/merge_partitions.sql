SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE PROCEDURE exograph.merge_partitions(keep integer DEFAULT 16)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' AS $$
DECLARE
    v_settings jsonb := exograph_private.take_settings();
    v_ranges   jsonb;
    v_range    record;
BEGIN
    IF keep < 0 OR keep IS NULL THEN
        RAISE EXCEPTION 'keep must be 0 or more, not %', coalesce(keep::text, 'NULL') USING ERRCODE = 'XG008',
            HINT = 'It is the number of newest partitions to leave alone.';
    END IF;
    CALL exograph_private.require_fit_transaction('merge_partitions');
    CALL exograph_private.lock_index('merge_partitions');
    CALL exograph_private.find_mergeable(keep, v_ranges);
    FOR v_range IN
        SELECT * FROM jsonb_to_recordset(v_ranges) AS r (table_name text, first_load integer, last_load integer)
    LOOP
        RAISE NOTICE 'merging the partitions of % from load % to %', v_range.table_name, v_range.first_load, v_range.last_load;
        CALL exograph_private.build_merged(v_range.table_name, v_range.first_load, v_range.last_load);
    END LOOP;
    IF v_ranges <> '[]' THEN
        CALL exograph_private.exchange_partitions(v_ranges);
    END IF;
    CALL exograph_private.restore_settings(v_settings);
END
$$;

COMMENT ON PROCEDURE exograph.merge_partitions(integer) IS
'Merges the partitions of old loads into one per fact table, all but the newest keep of each; rows keep their load_id. An open
load has its place among them: what lies before and after it is merged apart, and a NOTICE names it. Writers wait meanwhile;
readers do for the moment at the end in which all tables are exchanged, which waits for them at most lock_timeout (60 s where
it is not set). Call it in a transaction of its own, or readers wait for its end. For the owner and superusers. Errors: XG007,
XG008, 25006, 2BP01 (something depends on a partition), 42501, 55P03.';
