CREATE OR REPLACE PROCEDURE exograph.settle_facts(load_id integer, table_name text, partition_threshold bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_rows      bigint;
    v_least     bigint := exograph.least_rows_of_partition(table_name, partition_threshold);
    v_bound     text   := format(CASE WHEN v_least = partition_threshold THEN 'partition_threshold (%s)'
                                      ELSE '%s, the least for the first facts of a table' END, v_least);
    v_shared    boolean;
    v_new       bigint;
    v_offsets   jsonb := (SELECT jsonb_object_agg(o.table_name, to_jsonb(o) - 'table_name') FROM number_offsets o);
    v_versioned boolean := (SELECT r.derived = 0 FROM staged_rows r WHERE r.table_name = settle_facts.table_name);
    v_collapsed bigint;
    v_path      text;
    v_reason    text;
BEGIN
    SELECT t.staged - t.rejected INTO v_rows
    FROM exograph.load_tables t
    WHERE t.load_id = settle_facts.load_id AND t.table_name = settle_facts.table_name;
    IF v_rows = 0 THEN
        RETURN;
    END IF;

    PERFORM exograph.start_phase(load_id, 'resolving', table_name);
    v_shared := v_rows < v_least;
    IF v_shared THEN
        v_reason := 'fewer rows than ' || v_bound;
    ELSIF exograph.has_reserved_ids(load_id) THEN
        SELECT a.path, a.reason, a.remaining, a.collapsed INTO v_path, v_reason, v_new, v_collapsed
        FROM exograph.adopt_facts(load_id, table_name, v_rows, v_least, v_offsets, v_versioned) a;
    ELSE
        v_reason := 'the numbers are the producer''s own';
    END IF;
    IF v_path IS NULL THEN
        CALL exograph.drop_staged_indexes(table_name, only_unique => false);
        v_new := exograph.rewrite_facts(load_id, table_name, v_rows, v_shared, v_offsets, v_versioned);
        v_path := CASE WHEN v_shared THEN 'shared' ELSE 'partition' END;
    END IF;

    IF v_new = 0 THEN
        v_path := 'empty';
        v_reason := 'all rows stood already';
        EXECUTE format('DROP TABLE %I', 'new_' || table_name);
    ELSE
        IF v_collapsed IS NULL THEN
            v_collapsed := exograph.index_facts(load_id, table_name, only_identity => v_shared OR v_new < v_least);
        END IF;
        IF v_path <> 'shared' AND v_new < v_least THEN
            v_path := 'shared';
            v_reason := 'fewer new rows than ' || v_bound;
        END IF;
        IF v_path = 'shared' THEN
            CALL exograph.share_facts(load_id, table_name);
        ELSE
            CALL exograph.attach_facts(load_id, table_name);
        END IF;
    END IF;

    UPDATE exograph.load_tables t
    SET inserted = v_new - coalesce(v_collapsed, 0), existing = v_rows - v_new, collapsed = coalesce(v_collapsed, 0),
        path = v_path, reason = v_reason
    WHERE t.load_id = settle_facts.load_id AND t.table_name = settle_facts.table_name;
END
$$;

ALTER PROCEDURE exograph.settle_facts(integer, text, bigint) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.settle_facts(integer, text, bigint) IS
    'Adds the staged facts of a table that do not stand yet: as a partition of the load, which the staging table becomes where '
    'its rows are final, or to the shared one where they are too few. Reports the path and why.';
REVOKE ALL ON PROCEDURE exograph.settle_facts(integer, text, bigint) FROM PUBLIC;
