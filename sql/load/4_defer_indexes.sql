SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Drops the query indexes of the large dimensions that the load brings rows for, and saves in exograph.deferred_indexes how to
-- build them again. Errors: 55P03. An index made by hand under the name of one that is deferred already stays: one definition
-- may not replace another.
CREATE OR REPLACE PROCEDURE exograph_private.defer_indexes(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_tables text[];
    v_index  text;
BEGIN
    CALL exograph_private.start_phase(load.load_id, 'defer indexes');
    INSERT INTO exograph.deferred_indexes (index_name, table_name, definition, tablespace, attributes, load_id)
    SELECT i.name, i.table_name, i.definition, i.tablespace, i.attributes, load.load_id
    FROM exograph_private.droppable_indexes i
    JOIN exograph.load_tables t USING (table_name)
    WHERE i.is_deferrable AND t.load_id = load.load_id AND t.staged > t.rejected
    ON CONFLICT (index_name) DO NOTHING;
    -- The next of several loads finds them gone, and leaves readers alone.
    v_tables := ARRAY(
        SELECT t.table_name
        FROM exograph_private.staging_tables t
        WHERE t.table_name IN (SELECT d.table_name FROM exograph.deferred_indexes d WHERE d.load_id = load.load_id)
        ORDER BY t.table_position);
    IF v_tables = '{}' THEN
        RETURN;
    END IF;
    CALL exograph_private.lock_readers_out(format('load %s', load.load_id), v_tables, ', or with defer_indexes => false.');
    FOR v_index IN SELECT d.index_name FROM exograph.deferred_indexes d WHERE d.load_id = load.load_id LOOP
        EXECUTE format('DROP INDEX exograph.%I', v_index);
    END LOOP;
END
$$;

-- Tells the caller, with the number of its load, how many indexes are missing, where any are.
CREATE OR REPLACE PROCEDURE exograph_private.warn_of_deferred_indexes(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_count bigint := (SELECT count(*) FROM exograph.deferred_indexes);
BEGIN
    IF v_count > 0 THEN
        RAISE NOTICE 'load %: % indexes are deferred until CALL exograph.rebuild_indexes()', load_id, v_count
            USING HINT = 'TABLE exograph.deferred_indexes lists them.';
    END IF;
END
$$;

-- Builds an index of exograph.deferred_indexes, or finds it there, and forgets its definition. Errors: 42710 where something
-- else bears its name, and whatever CREATE INDEX raises.
CREATE OR REPLACE PROCEDURE exograph_private.rebuild_index(index_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_name  text     := format('exograph.%I', index_name);
    v_index regclass := to_regclass(v_name);
    v_saved exograph.deferred_indexes;
BEGIN
    SELECT * INTO v_saved FROM exograph.deferred_indexes d WHERE d.index_name = rebuild_index.index_name;
    IF v_index IS NULL THEN
        RAISE NOTICE 'building %', v_name;
        CALL exograph_private.make_index(v_saved.definition, v_saved.tablespace, v_saved.attributes);
        -- The statistics of an expression went with its index.
        IF EXISTS (SELECT FROM pg_index x WHERE x.indexrelid = v_name::regclass AND x.indexprs IS NOT NULL) THEN
            EXECUTE format('ANALYZE exograph.%I', v_saved.table_name);
        END IF;
    ELSIF NOT EXISTS (SELECT FROM pg_index x
                      WHERE x.indexrelid = v_index AND x.indisvalid AND pg_get_indexdef(x.indexrelid) = v_saved.definition)
    THEN
        RAISE EXCEPTION '% exists, but is not the index that was deferred, or is not valid', v_name
            USING ERRCODE = 'duplicate_object', HINT = 'Drop it or rename it.';
    END IF;
    DELETE FROM exograph.deferred_indexes d WHERE d.index_name = rebuild_index.index_name;
END
$$;
