CREATE OR REPLACE PROCEDURE exograph.declare_complete(load_id integer, complete jsonb)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    -- What was skipped makes no whole.
    v_tables text[] := ARRAY(
        SELECT t.name FROM jsonb_array_elements_text(complete) WITH ORDINALITY AS t (name, position)
        WHERE NOT EXISTS (SELECT FROM exograph.load_tables r
                          WHERE r.load_id = declare_complete.load_id AND r.table_name = t.name AND r.rejected > 0)
        ORDER BY t.position);
    v_trusted integer[] := exograph.trusted_loads(load_id);
BEGIN
    IF v_tables = '{}' THEN
        RETURN;
    END IF;
    PERFORM exograph.start_phase(load_id, 'declaring complete');

    INSERT INTO exograph.complete_facts (file_id, load_id, tables)
    SELECT m.file_id, declare_complete.load_id, array_agg(t.name ORDER BY t.position)
    FROM (SELECT DISTINCT r.id AS file_id FROM map_files r) m
    CROSS JOIN unnest(v_tables) WITH ORDINALITY AS t (name, position)
    WHERE NOT EXISTS (SELECT FROM exograph.complete_facts c
                      WHERE c.file_id = m.file_id AND c.load_id = ANY (v_trusted) AND t.name = ANY (c.tables))
    GROUP BY m.file_id
    ORDER BY m.file_id;
END
$$;

ALTER PROCEDURE exograph.declare_complete(integer, jsonb) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.declare_complete(integer, jsonb) IS
    'Records, for the files of a load, the tables that it declares complete, a JSON array of names; those of which it rejected a '
    'row, or that a load which it trusts has declared, are left out.';
REVOKE ALL ON PROCEDURE exograph.declare_complete(integer, jsonb) FROM PUBLIC;
