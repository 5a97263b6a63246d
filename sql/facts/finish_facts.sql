-- A staged fact whose numbers are ids is final: its table need not be written again. A row changed in
-- place leaves a dead one and writes WAL for both, so more than a tenth of them is not mended but written again.
CREATE OR REPLACE FUNCTION exograph.finish_facts(
    IN load_id integer, IN table_name text, IN staged_rows bigint, IN offsets jsonb, IN versioned boolean,
    OUT path text, OUT reason text, OUT remaining bigint
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_query   text := exograph.changes_query(table_name, offsets, versioned);
    v_changes bigint := 0;
BEGIN
    remaining := staged_rows;
    -- Columns that somebody added have no default in the staging table.
    IF (SELECT count(*) FROM pg_attribute a
        WHERE a.attrelid = format('exograph.%I', table_name)::regclass AND a.attnum > 0 AND NOT a.attisdropped)
        <> (SELECT count(*) + 1 FROM exograph.staging_columns c WHERE c.table_name = finish_facts.table_name)
    THEN
        reason := 'the table has columns of its own';
        RETURN;
    END IF;
    IF v_query IS NOT NULL THEN
        EXECUTE format('CREATE UNLOGGED TABLE changes AS %s LIMIT %s', v_query, staged_rows / 10 + 1);
        GET DIAGNOSTICS v_changes = ROW_COUNT;
        IF v_changes BETWEEN 1 AND staged_rows / 10 THEN
            CALL exograph.drop_staged_indexes(table_name, only_unique => true);
            remaining := staged_rows - exograph.mend_facts(load_id, table_name);
        END IF;
        DROP TABLE changes;
    END IF;
    IF v_changes > staged_rows / 10 THEN
        reason := 'more than a tenth of the rows has other ids, or other packages, or may stand already';
        RETURN;
    END IF;
    CALL exograph.form_partition(load_id, table_name);
    IF v_changes = 0 THEN
        path := 'attached';
        reason := 'all rows were final';
    ELSE
        path := 'mended';
        reason := format('%s rows were changed or stood already', v_changes);
    END IF;
END
$$;

ALTER FUNCTION exograph.finish_facts(integer, text, bigint, jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.finish_facts(integer, text, bigint, jsonb, boolean) IS
    'The part of adopt_facts that makes the rows of staged_<table> final, and the table new_<table>.';
REVOKE ALL ON FUNCTION exograph.finish_facts(integer, text, bigint, jsonb, boolean) FROM PUBLIC;
