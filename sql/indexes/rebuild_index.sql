CREATE OR REPLACE PROCEDURE exograph.rebuild_index(index_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_name  text     := format('exograph.%I', index_name);
    v_index regclass := to_regclass(v_name);
    v_saved exograph.deferred_indexes;
BEGIN
    SELECT * INTO v_saved FROM exograph.deferred_indexes d WHERE d.index_name = rebuild_index.index_name;
    IF v_index IS NULL THEN
        RAISE NOTICE 'building %', v_name;
        CALL exograph.make_index(v_saved.definition, v_saved.tablespace, v_saved.attributes);
        -- The statistics of an expression went with its index.
        IF EXISTS (SELECT FROM pg_index x WHERE x.indexrelid = v_name::regclass AND x.indexprs IS NOT NULL) THEN
            EXECUTE format('ANALYZE exograph.%I', v_saved.table_name);
        END IF;
    ELSIF NOT EXISTS (SELECT FROM pg_index x
                      WHERE x.indexrelid = v_index AND x.indisvalid AND pg_get_indexdef(x.indexrelid) = v_saved.definition)
    THEN
        RAISE EXCEPTION '% stands, but is not the index that was deferred, or is not valid', v_name
            USING ERRCODE = 'duplicate_object';
    END IF;
    DELETE FROM exograph.deferred_indexes d WHERE d.index_name = rebuild_index.index_name;
END
$$;

ALTER PROCEDURE exograph.rebuild_index(text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.rebuild_index(text) IS
    'Builds an index of exograph.deferred_indexes, or finds it standing, and forgets its definition. Errors: 42710 where '
    'something else bears its name, and whatever CREATE INDEX raises.';
REVOKE ALL ON PROCEDURE exograph.rebuild_index(text) FROM PUBLIC;
