SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Whatever keeps one index from being built must not take the others with it, so every error of one is caught; a cancellation
-- is none of them.
CREATE OR REPLACE PROCEDURE exograph.rebuild_indexes()
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_settings jsonb := exograph_private.take_settings();
    v_index    text;
    v_hint     text;
BEGIN
    CALL exograph_private.require_fit_transaction('rebuild_indexes');
    IF NOT EXISTS (SELECT FROM exograph.deferred_indexes) THEN
        RAISE NOTICE 'no index is deferred';
        CALL exograph_private.restore_settings(v_settings);
        RETURN;
    END IF;
    CALL exograph_private.lock_index('rebuild_indexes');
    FOR v_index IN SELECT d.index_name FROM exograph.deferred_indexes d ORDER BY d.table_name, d.index_name LOOP
        BEGIN
            CALL exograph_private.rebuild_index(v_index);
        EXCEPTION WHEN OTHERS THEN
            GET STACKED DIAGNOSTICS v_hint = PG_EXCEPTION_HINT;
            RAISE WARNING 'exograph.% was not built: %', quote_ident(v_index), SQLERRM USING ERRCODE = SQLSTATE,
                DETAIL = (SELECT d.definition FROM exograph.deferred_indexes d WHERE d.index_name = v_index),
                HINT = concat_ws(' ', nullif(v_hint, ''), format(
                    'Put that right and call again, or, where it is not wanted any more: '
                    'DELETE FROM exograph.deferred_indexes WHERE index_name = %L.', v_index));
            UPDATE exograph.deferred_indexes d SET problem = SQLERRM WHERE d.index_name = v_index;
        END;
    END LOOP;
    CALL exograph_private.restore_settings(v_settings);
END
$$;

COMMENT ON PROCEDURE exograph.rebuild_indexes() IS
'Builds the indexes that loads have deferred, as they were. What cannot be built is told by a WARNING and stays in
exograph.deferred_indexes, with the problem; the others are built. Again, or where none is deferred: no effect. Writers wait
meanwhile, readers do not. Errors: XG007, 25006, 55P03.';
