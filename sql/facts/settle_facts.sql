CREATE OR REPLACE PROCEDURE exograph.settle_facts(load_id integer, table_name text, partition_threshold bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_rows      bigint;
    v_new       bigint;
    v_lacking   bigint;
    v_offsets   jsonb := (SELECT jsonb_object_agg(o.table_name, o.id_offset) FROM number_offsets o);
    v_collapsed bigint := 0;
    v_path      text := 'empty';
BEGIN
    SELECT t.staged - t.rejected INTO v_rows
    FROM exograph.load_tables t
    WHERE t.load_id = settle_facts.load_id AND t.table_name = settle_facts.table_name;
    IF v_rows = 0 THEN
        RETURN;
    END IF;

    PERFORM exograph.start_phase(load_id, 'resolving', table_name);
    EXECUTE format('CREATE %s TABLE %I (LIKE exograph.%I INCLUDING ALL EXCLUDING INDEXES,
                                        CONSTRAINT load_id_is_this_load CHECK (load_id = %s))',
                   CASE WHEN v_rows < partition_threshold THEN 'UNLOGGED' ELSE '' END, 'new_' || table_name, table_name, load_id);
    EXECUTE format('ALTER TABLE %I ALTER COLUMN load_id SET DEFAULT %s', 'new_' || table_name, load_id);
    EXECUTE exograph.fact_query(table_name, fresh => true, offsets => v_offsets);
    GET DIAGNOSTICS v_new = ROW_COUNT;
    IF v_new < v_rows THEN
        EXECUTE exograph.fact_query(table_name, fresh => false, offsets => v_offsets);
        GET DIAGNOSTICS v_lacking = ROW_COUNT;
        v_new := v_new + v_lacking;
    END IF;

    IF v_new > 0 THEN
        PERFORM exograph.start_phase(load_id, 'indexing', table_name);
        v_collapsed := exograph.index_identity(load_id, table_name);
        v_path := CASE WHEN v_new < partition_threshold OR v_rows < partition_threshold THEN 'shared' ELSE 'partition' END;
    END IF;
    CASE v_path
        WHEN 'partition' THEN CALL exograph.attach_facts(load_id, table_name);
        WHEN 'shared' THEN CALL exograph.share_facts(load_id, table_name);
        ELSE EXECUTE format('DROP TABLE %I', 'new_' || table_name);
    END CASE;

    UPDATE exograph.load_tables t
    SET inserted = v_new - v_collapsed, existing = v_rows - v_new, collapsed = v_collapsed, path = v_path
    WHERE t.load_id = settle_facts.load_id AND t.table_name = settle_facts.table_name;
END
$$;

ALTER PROCEDURE exograph.settle_facts(integer, text, bigint) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.settle_facts(integer, text, bigint) IS
    'Adds the staged facts of a table that do not stand yet: as a partition of the load, or to the shared one where they '
    'are fewer than partition_threshold.';
REVOKE ALL ON PROCEDURE exograph.settle_facts(integer, text, bigint) FROM PUBLIC;
