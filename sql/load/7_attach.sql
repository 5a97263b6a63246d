SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Makes new_<table>, which has its indexes, the load's partition of the fact table: statistics, ATTACH. The CHECK spares ATTACH
-- the scan for rows out of bounds. Facts have no foreign keys to be checked: every id in them comes from the load's maps.
CREATE OR REPLACE PROCEDURE exograph_private.attach_facts(load_id integer, table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_partition text := exograph_private.partition_name(table_name, load_id);
BEGIN
    IF NOT EXISTS (SELECT FROM staged_rows r WHERE r.table_name = attach_facts.table_name AND r.indexed) THEN
        EXECUTE format('ANALYZE %I', 'new_' || table_name);
    END IF;

    CALL exograph_private.start_phase(load_id, 'attach', table_name);
    EXECUTE format('ALTER TABLE %I RENAME TO %I', 'new_' || table_name, v_partition);
    EXECUTE format('ALTER TABLE %I SET SCHEMA exograph', v_partition);
    EXECUTE format('ALTER TABLE exograph.%I ATTACH PARTITION exograph.%I FOR VALUES FROM (%s) TO (%s)',
                   table_name, v_partition, load_id, load_id + 1);
    EXECUTE format('ALTER TABLE exograph.%I DROP CONSTRAINT load_id_is_this_load', v_partition);
END
$$;

-- Puts the facts of new_<table> into the shared partition, under the load's number negated: it holds what is below 1.
CREATE OR REPLACE PROCEDURE exograph_private.share_facts(load_id integer, table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_columns text;
BEGIN
    CALL exograph_private.start_phase(load_id, 'share', table_name);
    SELECT string_agg(format('%I', c.column_name), ', ') INTO v_columns
    FROM exograph.staging_columns c
    WHERE c.table_name = share_facts.table_name;
    EXECUTE format('INSERT INTO exograph.%I (%s, load_id) SELECT %2$s, %3$s FROM %4$I',
                   table_name, v_columns, -load_id, 'new_' || table_name);
    EXECUTE format('DROP TABLE %I', 'new_' || table_name);
END
$$;
