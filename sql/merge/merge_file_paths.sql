CREATE OR REPLACE PROCEDURE exograph.merge_file_paths(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_staged   bigint;
    v_existing bigint;
    v_inserted bigint;
BEGIN
    PERFORM exograph.start_phase(load_id, 'merging', 'file_paths');

    SELECT count(*), count(p.file_id) INTO v_staged, v_existing
    FROM map_files m
    JOIN staged_files s ON s.id = m.number
    LEFT JOIN exograph.file_paths p ON p.file_id = m.id AND p.path = s.path;

    INSERT INTO exograph.file_paths (file_id, path, load_id)
    SELECT DISTINCT m.id, s.path, merge_file_paths.load_id
    FROM map_files m
    JOIN staged_files s ON s.id = m.number
    WHERE NOT EXISTS (SELECT FROM exograph.file_paths p WHERE p.file_id = m.id AND p.path = s.path)
    ORDER BY m.id, s.path;
    GET DIAGNOSTICS v_inserted = ROW_COUNT;

    INSERT INTO exograph.load_tables (load_id, table_name, position, staged, inserted, existing, collapsed, path)
    VALUES (merge_file_paths.load_id, 'file_paths', 4, v_staged, v_inserted, v_existing,
            v_staged - v_existing - v_inserted, CASE v_inserted WHEN 0 THEN 'empty' ELSE 'merged' END);
END
$$;

ALTER PROCEDURE exograph.merge_file_paths(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.merge_file_paths(integer) IS
    'Adds the paths of the staged files that their contents do not have yet.';
REVOKE ALL ON PROCEDURE exograph.merge_file_paths(integer) FROM PUBLIC;
