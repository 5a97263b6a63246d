SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE PROCEDURE exograph.add_text_indexes()
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' AS $$
DECLARE
    v_settings jsonb := exograph_private.take_settings();
    v_class    text;
    v_index    exograph_private.text_indexes;
BEGIN
    CALL exograph_private.require_fit_transaction('add_text_indexes');
    v_class := exograph_private.trigram_class();
    CALL exograph_private.lock_index('add_text_indexes');
    FOR v_index IN SELECT * FROM exograph_private.text_indexes t WHERE t.index IS NULL AND NOT t.is_deferred LOOP
        RAISE NOTICE 'building exograph.%', v_index.index_name;
        -- Of a partitioned table, on all partitions; loads make it on theirs as they make the others.
        EXECUTE format('CREATE INDEX %I ON exograph.%I USING gin (%I %s)',
                       v_index.index_name, v_index.table_name, v_index.column_name, v_class);
    END LOOP;
    CALL exograph_private.restore_settings(v_settings);
END
$$;

COMMENT ON PROCEDURE exograph.add_text_indexes() IS
'Builds indexes of trigrams on the sources of files and the texts of comments, which LIKE, ILIKE and regular expressions (~) use;
of what exists already nothing. Loads keep them from then on, and take longer for it; drop_text_indexes ends that. Installs the
extension pg_trgm in schema exograph_trgm, unless it is installed anywhere. Writers wait meanwhile, readers do not. For the owner
and superusers. Errors: XG007, XG013, 0A000 (the server does not have the extension), 25006, 42501, 55P03.';
