SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Merges the staged files into the index: the existing row wins, then the lowest number.
CREATE OR REPLACE PROCEDURE exograph_private.merge_files(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_before   bigint;
    v_inserted bigint;
    v_merged   bigint;
BEGIN
    CALL exograph_private.start_phase(load.load_id, 'merge', 'files');
    v_before := exograph_private.take_back_ids(load.load_id, 'files');

    -- Two joins, for files with and without package: each finds its key by the index, which IS NOT DISTINCT FROM cannot.
    INSERT INTO map_files (number, id, inserted, load_id, package_version_id, package_id)
    SELECT c.number, coalesce(c.id, CASE WHEN load.is_reserved THEN c.number ELSE nextval('exograph.files_id_seq') END),
           c.id IS NULL, c.load_id, c.package_version_id, c.package_id
    FROM (
        SELECT k.number, coalesce(f.id, l.id) AS id, coalesce(f.load_id, l.load_id) AS load_id,
               v.id AS package_version_id, v.package_id
        FROM keys_files k
        JOIN staged_files s ON s.id = k.number
        LEFT JOIN map_package_versions v ON v.number = k.package_version
        LEFT JOIN exograph.files f ON f.package_version_id = v.id AND f.sha256 = s.sha256
        LEFT JOIN exograph.files l ON v.id IS NULL AND l.package_version_id IS NULL AND l.sha256 = s.sha256
        WHERE k.number = k.canonical
        ORDER BY k.number
    ) c;
    IF NOT load.is_reserved THEN -- before the rows, which may fail
        SELECT count(*) INTO v_inserted FROM map_files m WHERE m.inserted; -- 0.08 s a million
        CALL exograph_private.note_ids('files', v_before, v_inserted);
    END IF;

    INSERT INTO exograph.files (id, package_id, package_version_id, path, source, comments_text, sha256, load_id)
    SELECT m.id, m.package_id, m.package_version_id, s.path, s.source, coalesce(s.comments_text, ''), s.sha256,
           load.load_id
    FROM map_files m
    JOIN staged_files s ON s.id = m.number
    WHERE m.inserted
    ORDER BY m.package_version_id, s.sha256;
    GET DIAGNOSTICS v_inserted = ROW_COUNT;

    INSERT INTO map_files (number, id, inserted, load_id, package_version_id, package_id)
    SELECT k.number, m.id, m.inserted, m.load_id, m.package_version_id, m.package_id
    FROM keys_files k
    JOIN map_files m ON m.number = k.canonical
    WHERE k.number <> k.canonical;

    -- The path is no payload: exograph.file_paths keeps them all.
    ANALYZE map_files;
    INSERT INTO number_offsets (table_name, id_offset, inserted)
    SELECT 'files', min(m.id - m.number),
           CASE WHEN bool_and(m.inserted) = bool_or(m.inserted) THEN bool_and(m.inserted) END
    FROM map_files m
    HAVING min(m.id - m.number) = max(m.id - m.number);
    v_merged := (SELECT count(*) FROM map_files m WHERE m.inserted);
    PERFORM exograph_private.report_merge(load, 'files', v_inserted, v_merged, (
        SELECT count(*)
        FROM (
            SELECT m.number, m.id FROM map_files m WHERE NOT m.inserted
            UNION ALL
            SELECT k.number, m.id FROM keys_files k JOIN map_files m ON m.number = k.number
            WHERE k.number <> k.canonical AND m.inserted
        ) o
        JOIN staged_files s ON s.id = o.number
        JOIN exograph.files f ON f.id = o.id
        WHERE (s.source, coalesce(s.comments_text, '')) IS DISTINCT FROM (f.source, f.comments_text)));
END
$$;

-- Adds the paths of the staged files that their contents do not have yet.
CREATE OR REPLACE PROCEDURE exograph_private.merge_file_paths(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_lacking  bigint;
    v_inserted bigint;
BEGIN
    CALL exograph_private.start_phase(load.load_id, 'merge', 'file_paths');

    SELECT count(*) INTO v_lacking
    FROM map_files m
    JOIN staged_files s ON s.id = m.number
    WHERE NOT EXISTS (SELECT FROM exograph.file_paths p WHERE p.file_id = m.id AND p.path = s.path);

    INSERT INTO exograph.file_paths (file_id, path, load_id)
    SELECT DISTINCT m.id, s.path, load.load_id
    FROM map_files m
    JOIN staged_files s ON s.id = m.number
    WHERE NOT EXISTS (SELECT FROM exograph.file_paths p WHERE p.file_id = m.id AND p.path = s.path)
    ORDER BY m.id, s.path;
    GET DIAGNOSTICS v_inserted = ROW_COUNT;
    PERFORM exograph_private.report_merge(load, 'file_paths', v_inserted, v_lacking, 0);
END
$$;
