CREATE OR REPLACE PROCEDURE exograph.drop_staged_indexes(table_name text, only_unique boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_drop text;
BEGIN
    FOR v_drop IN
        SELECT CASE WHEN c.oid IS NULL THEN format('DROP INDEX %s', i.indexrelid::regclass)
                    ELSE format('ALTER TABLE %s DROP CONSTRAINT %I', i.indrelid::regclass, c.conname) END
        FROM pg_index i
        LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
        WHERE i.indrelid = format('%I', 'staged_' || table_name)::regclass AND (i.indisunique OR NOT only_unique)
    LOOP
        EXECUTE v_drop;
    END LOOP;
    IF NOT only_unique THEN
        UPDATE staged_rows r SET indexed = false WHERE r.table_name = drop_staged_indexes.table_name;
    END IF;
END
$$;

ALTER PROCEDURE exograph.drop_staged_indexes(text, boolean) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.drop_staged_indexes(text, boolean) IS
    'Drops the indexes of staged facts that are mended (unique ones: rows may become equal) or written again (all).';
REVOKE ALL ON PROCEDURE exograph.drop_staged_indexes(text, boolean) FROM PUBLIC;
