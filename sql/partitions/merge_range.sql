-- Indexes and foreign keys are made before the old partitions go: what follows DETACH locks readers out, and takes no time.
CREATE OR REPLACE PROCEDURE exograph.merge_range(table_name text, first_load integer, last_load integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_merged text := format('%s_to_%s', exograph.partition_name(table_name, first_load), last_load);
    v_old    text[] := ARRAY(SELECT p.partition_name FROM exograph.fact_partitions p
                             WHERE p.table_name = merge_range.table_name AND p.first_load >= merge_range.first_load
                                 AND p.last_load <= merge_range.last_load
                             ORDER BY p.first_load);
    v_name   text;
    v_object record;
BEGIN
    PERFORM set_config('search_path', 'exograph, pg_temp', true);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING INDEXES,
                                     CONSTRAINT load_id_in_range CHECK (load_id BETWEEN %s AND %s))',
                   v_merged, table_name, first_load, last_load);
    FOREACH v_name IN ARRAY v_old LOOP
        EXECUTE format('INSERT INTO %I SELECT * FROM %I', v_merged, v_name);
    END LOOP;
    FOR v_object IN
        SELECT i.indexrelid::regclass AS index FROM pg_index i WHERE i.indrelid = format('exograph.%I', table_name)::regclass
    LOOP
        CALL exograph.create_fact_index(v_object.index, v_merged, v_merged);
    END LOOP;
    FOR v_object IN
        SELECT c.conname AS name, pg_get_constraintdef(c.oid) AS definition
        FROM pg_constraint c
        WHERE c.conrelid = format('exograph.%I', table_name)::regclass AND c.contype = 'f' AND c.conparentid = 0
    LOOP
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s', v_merged, v_object.name, v_object.definition);
    END LOOP;
    EXECUTE format('ANALYZE %I', v_merged);
    FOREACH v_name IN ARRAY v_old LOOP
        EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', table_name, v_name);
        EXECUTE format('DROP TABLE %I', v_name);
    END LOOP;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
                   table_name, v_merged, first_load, last_load + 1);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT load_id_in_range', v_merged);
END
$$;

ALTER PROCEDURE exograph.merge_range(text, integer, integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.merge_range(text, integer, integer) IS
    'Merges the partitions of a fact table that hold the loads from first_load to last_load.';
REVOKE ALL ON PROCEDURE exograph.merge_range(text, integer, integer) FROM PUBLIC;
