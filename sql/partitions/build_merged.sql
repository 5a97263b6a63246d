-- Everything that takes time: rows, indexes, foreign keys with their checks. It locks out no reader: adding a foreign key takes
-- SHARE ROW EXCLUSIVE on the table it refers to.
CREATE OR REPLACE PROCEDURE exograph.build_merged(table_name text, first_load integer, last_load integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_merged text := exograph.merged_name(table_name, first_load, last_load);
    v_parent regclass := format('exograph.%I', table_name)::regclass;
    v_name   text;
    v_index  regclass;
    v_keys   text;
BEGIN
    PERFORM set_config('search_path', 'exograph, pg_temp', true);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING INDEXES,
                                     CONSTRAINT load_id_in_range CHECK (load_id BETWEEN %s AND %s)) %s',
                   v_merged, table_name, first_load, last_load, exograph.tablespace_clause(v_parent));
    FOR v_name IN
        SELECT p.partition_name FROM exograph.fact_partitions p
        WHERE p.table_name = build_merged.table_name AND p.first_load >= build_merged.first_load
            AND p.last_load <= build_merged.last_load
        ORDER BY p.first_load
    LOOP
        EXECUTE format('INSERT INTO %I SELECT * FROM %I', v_merged, v_name);
    END LOOP;
    FOR v_index IN SELECT i.indexrelid FROM pg_index i WHERE i.indrelid = v_parent LOOP
        CALL exograph.create_fact_index(v_index, v_merged, v_merged);
    END LOOP;
    SELECT string_agg(format(', ADD CONSTRAINT %I %s', c.conname, pg_get_constraintdef(c.oid)), '') INTO v_keys
    FROM pg_constraint c
    WHERE c.conrelid = v_parent AND c.contype = 'f' AND c.conparentid = 0;
    EXECUTE format('ALTER TABLE %I REPLICA IDENTITY FULL %s', v_merged, v_keys);
    EXECUTE format('ANALYZE %I', v_merged);
END
$$;

ALTER PROCEDURE exograph.build_merged(text, integer, integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.build_merged(text, integer, integer) IS
    'Makes the table that will take the place of those partitions of a fact table that hold the loads from first_load to '
    'last_load.';
REVOKE ALL ON PROCEDURE exograph.build_merged(text, integer, integer) FROM PUBLIC;
