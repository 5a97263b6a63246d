SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE PROCEDURE exograph.drop_maps(load_id integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_load     exograph.loads;
    v_settings jsonb := exograph_private.take_settings();
BEGIN
    v_load := exograph_private.lock_load(load_id);
    IF v_load.state = 'open' THEN
        RAISE EXCEPTION 'load % is open, it has no maps yet', load_id USING ERRCODE = 'XG002',
            HINT = format('CALL exograph.finalize_load(%s, keep_maps => true) makes and keeps them.', load_id);
    END IF;
    BEGIN
        CALL exograph_private.drop_staging(load_id);
    EXCEPTION WHEN lock_not_available THEN
        CALL exograph_private.raise_staging_in_use(load_id, 'the maps are intact');
    END;
    CALL exograph_private.restore_settings(v_settings);
END
$$;

COMMENT ON PROCEDURE exograph.drop_maps(integer) IS
    'Drops the number-to-id maps that a load finalized with keep_maps => true has left; without effect where there are '
    'none. Errors: XG001, XG002, 2BP01 (something depends on them), 25006, 42501, 55P03.';
