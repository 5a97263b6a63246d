-- NOT NULL costs a scan, 1.7 s of 20M rows; where all columns are required it need not be made behind the closed gate.
CREATE OR REPLACE PROCEDURE exograph.index_staged_table(load_id integer, table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_staged text := 'staged_' || table_name;
    v_forms  text;
    v_index  regclass;
BEGIN
    SELECT string_agg(format('ALTER %I SET NOT NULL', c.column_name), ', ') INTO v_forms
    FROM exograph.staging_columns c
    WHERE c.table_name = index_staged_table.table_name
    HAVING bool_and(c.required);
    IF v_forms IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %I %s', v_staged, v_forms);
    END IF;
    FOR v_index IN
        SELECT i.indexrelid FROM pg_index i
        WHERE i.indrelid = format('exograph.%I', table_name)::regclass
        ORDER BY i.indisunique DESC
    LOOP
        BEGIN
            CALL exograph.create_fact_index(v_index, v_staged, exograph.partition_name(table_name, load_id));
        EXCEPTION WHEN unique_violation THEN
            -- Equal facts are collapsed when their ids are known to be final.
            UPDATE staged_rows r SET repeats = true WHERE r.table_name = index_staged_table.table_name;
        END;
    END LOOP;
    EXECUTE format('ANALYZE %I', v_staged);
    UPDATE staged_rows r SET indexed = true WHERE r.table_name = index_staged_table.table_name;
END
$$;

ALTER PROCEDURE exograph.index_staged_table(integer, text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.index_staged_table(integer, text) IS
    'Builds on staged_<table> what its partition will need, as far as its rows need not be changed for it. Errors: whatever an '
    'index build raises.';
REVOKE ALL ON PROCEDURE exograph.index_staged_table(integer, text) FROM PUBLIC;
