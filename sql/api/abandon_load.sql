SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE PROCEDURE exograph.abandon_load(load_id integer DEFAULT NULL)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_load     exograph.loads;
    v_settings jsonb := exograph_private.take_settings();
BEGIN
    load_id := exograph_private.find_load(load_id);
    v_load := exograph_private.lock_load(load_id);
    IF v_load.state = 'abandoned' THEN
        RAISE NOTICE 'load % was abandoned at %', load_id, v_load.ended_at;
        CALL exograph_private.restore_settings(v_settings);
        RETURN;
    END IF;
    PERFORM exograph_private.lock_open_load(load_id);
    CALL exograph_private.note_attempts(v_load);
    PERFORM exograph_private.take_back_ids(abandon_load.load_id, t.table_name)
    FROM exograph_private.staging_tables t
    WHERE t.kind = 'dimension';
    BEGIN
        CALL exograph_private.drop_staging(load_id);
    EXCEPTION WHEN lock_not_available THEN
        CALL exograph_private.raise_staging_in_use(load_id, 'the load is still open');
    END;
    UPDATE exograph.loads l SET state = 'abandoned', ended_at = clock_timestamp() WHERE l.load_id = abandon_load.load_id;
    CALL exograph_private.restore_settings(v_settings);
END
$$;

COMMENT ON PROCEDURE exograph.abandon_load(integer) IS
'Drops the staging of an open load; nothing of it reaches the index. NULL means the caller''s only open load. Again on an
abandoned load: no effect. Errors: XG001, XG002 (it is finalized), XG003, 2BP01 (something depends on its
staging), 25006, 42501, 55P03.';
