CREATE OR REPLACE PROCEDURE exograph.drop_staged_indexes(table_name text, only_unique boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_index regclass;
BEGIN
    FOR v_index IN
        SELECT i.indexrelid FROM pg_index i
        WHERE i.indrelid = format('%I', 'staged_' || table_name)::regclass AND (i.indisunique OR NOT only_unique)
    LOOP
        EXECUTE format('DROP INDEX %s', v_index);
    END LOOP;
END
$$;

ALTER PROCEDURE exograph.drop_staged_indexes(text, boolean) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.drop_staged_indexes(text, boolean) IS
    'Drops what index_staged built on staged facts that are mended (the unique index: rows may become equal) or written again.';
REVOKE ALL ON PROCEDURE exograph.drop_staged_indexes(text, boolean) FROM PUBLIC;
