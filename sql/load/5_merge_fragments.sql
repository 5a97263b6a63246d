SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Merges the staged fragments into the index: the existing row wins, then the lowest number.
CREATE OR REPLACE PROCEDURE exograph_private.merge_fragments(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_before   bigint;
    v_inserted bigint;
    v_merged   bigint;
BEGIN
    CALL exograph_private.start_phase(load.load_id, 'merge', 'fragments');
    v_before := exograph_private.take_back_ids(load.load_id, 'fragments');

    INSERT INTO map_fragments (number, id, inserted, load_id)
    SELECT c.number, coalesce(c.id, CASE WHEN load.is_reserved THEN c.number ELSE nextval('exograph.fragments_id_seq') END),
           c.id IS NULL, c.load_id
    FROM (
        -- A file that this load inserts has no fragments yet. No number is less than its canonical one: of <= the planner expects
        -- a third of the rows, of = one in 200, and then compares all fragments of a file with each other.
        SELECT k.number, NULL::bigint AS id, NULL::integer AS load_id
        FROM keys_fragments k
        JOIN map_files m ON m.number = k.file
        WHERE k.number <= k.canonical AND m.inserted
        UNION ALL
        SELECT k.number, f.id, f.load_id
        FROM keys_fragments k
        JOIN map_files m ON m.number = k.file
        LEFT JOIN exograph.fragments f
            ON f.content_hash = k.content_hash AND f.file_id = m.id AND f.line = k.line
            AND f.end_line IS NOT DISTINCT FROM k.end_line
        WHERE k.number <= k.canonical AND NOT m.inserted
        ORDER BY number
    ) c;
    IF NOT load.is_reserved THEN -- before the rows, which may fail
        SELECT count(*) INTO v_inserted FROM map_fragments m WHERE m.inserted; -- 0.08 s a million
        CALL exograph_private.note_ids('fragments', v_before, v_inserted);
    END IF;

    INSERT INTO exograph.fragments (id, package_id, package_version_id, file_id, content_hash, ast, kind, module, name, arity,
                                    line, end_line, mass, exact_hash, sub_hashes, load_id)
    SELECT m.id, f.package_id, f.package_version_id, f.id, k.content_hash, s.ast, s.kind, s.module, s.name, s.arity,
           s.line, s.end_line, s.mass, s.exact_hash, coalesce(s.sub_hashes, '{}'), load.load_id
    FROM map_fragments m
    JOIN keys_fragments k ON k.number = m.number
    JOIN staged_fragments s ON s.id = m.number
    JOIN map_files f ON f.number = s.file_id
    WHERE m.inserted
    ORDER BY m.id;
    GET DIAGNOSTICS v_inserted = ROW_COUNT;

    INSERT INTO map_fragments (number, id, inserted, load_id)
    SELECT k.number, m.id, m.inserted, m.load_id
    FROM keys_fragments k
    JOIN map_fragments m ON m.number = k.canonical
    WHERE k.number <> k.canonical;

    ANALYZE map_fragments;
    INSERT INTO number_offsets (table_name, id_offset, inserted)
    SELECT 'fragments', min(m.id - m.number),
           CASE WHEN bool_and(m.inserted) = bool_or(m.inserted) THEN bool_and(m.inserted) END
    FROM map_fragments m
    HAVING min(m.id - m.number) = max(m.id - m.number);
    v_merged := (SELECT count(*) FROM map_fragments m WHERE m.inserted);
    PERFORM exograph_private.report_merge(load, 'fragments', v_inserted, v_merged, (
        SELECT count(*)
        FROM (
            SELECT m.number, m.id FROM map_fragments m WHERE NOT m.inserted
            UNION ALL
            SELECT k.number, m.id FROM keys_fragments k JOIN map_fragments m ON m.number = k.number
            WHERE k.number <> k.canonical AND m.inserted
        ) o
        JOIN staged_fragments s ON s.id = o.number
        JOIN exograph.fragments f ON f.id = o.id
        WHERE (s.ast, s.kind, s.module, s.name, s.arity, s.mass, s.exact_hash, coalesce(s.sub_hashes, '{}'))
            IS DISTINCT FROM (f.ast, f.kind, f.module, f.name, f.arity, f.mass, f.exact_hash, f.sub_hashes)));
END
$$;
