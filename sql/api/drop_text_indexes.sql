SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE PROCEDURE exograph.drop_text_indexes()
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_settings jsonb := exograph_private.take_settings();
    v_tables   text[];
    v_index    regclass;
BEGIN
    CALL exograph_private.require_fit_transaction('drop_text_indexes');
    CALL exograph_private.lock_index('drop_text_indexes');
    DELETE FROM exograph.deferred_indexes d WHERE d.index_name IN (SELECT t.index_name FROM exograph_private.text_indexes t);
    v_tables := ARRAY(SELECT t.table_name FROM exograph_private.text_indexes t WHERE t.index IS NOT NULL
                      ORDER BY t.table_name DESC);
    IF v_tables <> '{}' THEN
        CALL exograph_private.lock_readers_out('drop_text_indexes', v_tables, '.');
        FOR v_index IN SELECT t.index FROM exograph_private.text_indexes t WHERE t.index IS NOT NULL LOOP
            EXECUTE format('DROP INDEX %s', v_index);
        END LOOP;
    END IF;
    CALL exograph_private.restore_settings(v_settings);
END
$$;

COMMENT ON PROCEDURE exograph.drop_text_indexes() IS
'Drops what add_text_indexes has built, also where a load has deferred it; without effect where there is nothing. The extension
pg_trgm stays, for others may use it. Writers wait, readers for the moment of dropping. For the owner and superusers. Errors:
XG007, 25006, 42501, 55P03.';
