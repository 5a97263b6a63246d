SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Merges the staged packages into the index: the existing row wins, then the lowest number.
CREATE OR REPLACE PROCEDURE exograph_private.merge_packages(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_before   bigint;
    v_inserted bigint;
    v_merged   bigint;
BEGIN
    CALL exograph_private.start_phase(load.load_id, 'merge', 'packages');
    v_before := exograph_private.take_back_ids(load.load_id, 'packages');

    INSERT INTO map_packages (number, id, inserted, load_id)
    SELECT c.number, coalesce(c.id, CASE WHEN load.is_reserved THEN c.number ELSE nextval('exograph.packages_id_seq') END),
           c.id IS NULL, c.load_id
    FROM (
        SELECT k.number, p.id, p.load_id
        FROM keys_packages k
        JOIN staged_packages s ON s.id = k.number
        LEFT JOIN exograph.packages p ON p.ecosystem = s.ecosystem AND p.name = s.name
        WHERE k.number = k.canonical
        ORDER BY k.number
    ) c;
    IF NOT load.is_reserved THEN -- before the rows, which may fail
        SELECT count(*) INTO v_inserted FROM map_packages m WHERE m.inserted; -- 0.08 s a million
        CALL exograph_private.note_ids('packages', v_before, v_inserted);
    END IF;

    INSERT INTO exograph.packages (id, ecosystem, name, metadata, load_id)
    SELECT m.id, s.ecosystem, s.name, coalesce(s.metadata, '{}'), load.load_id
    FROM map_packages m
    JOIN staged_packages s ON s.id = m.number
    WHERE m.inserted
    ORDER BY s.ecosystem, s.name;
    GET DIAGNOSTICS v_inserted = ROW_COUNT;

    INSERT INTO map_packages (number, id, inserted, load_id)
    SELECT k.number, m.id, m.inserted, m.load_id
    FROM keys_packages k
    JOIN map_packages m ON m.number = k.canonical
    WHERE k.number <> k.canonical;

    ANALYZE map_packages;
    INSERT INTO number_offsets (table_name, id_offset, inserted)
    SELECT 'packages', min(m.id - m.number),
           CASE WHEN bool_and(m.inserted) = bool_or(m.inserted) THEN bool_and(m.inserted) END
    FROM map_packages m
    HAVING min(m.id - m.number) = max(m.id - m.number);
    v_merged := (SELECT count(*) FROM map_packages m WHERE m.inserted);
    PERFORM exograph_private.report_merge(load, 'packages', v_inserted, v_merged, (
        SELECT count(*)
        FROM (
            SELECT m.number, m.id FROM map_packages m WHERE NOT m.inserted
            UNION ALL
            SELECT k.number, m.id FROM keys_packages k JOIN map_packages m ON m.number = k.number
            WHERE k.number <> k.canonical AND m.inserted
        ) o
        JOIN staged_packages s ON s.id = o.number
        JOIN exograph.packages p ON p.id = o.id
        WHERE coalesce(s.metadata, '{}') <> p.metadata));
END
$$;

-- Merges the staged package versions into the index: the existing row wins, then the lowest number.
CREATE OR REPLACE PROCEDURE exograph_private.merge_package_versions(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_before   bigint;
    v_inserted bigint;
    v_merged   bigint;
BEGIN
    CALL exograph_private.start_phase(load.load_id, 'merge', 'package_versions');
    v_before := exograph_private.take_back_ids(load.load_id, 'package_versions');

    INSERT INTO map_package_versions (number, id, inserted, load_id, package_id)
    SELECT c.number,
           coalesce(c.id, CASE WHEN load.is_reserved THEN c.number ELSE nextval('exograph.package_versions_id_seq') END),
           c.id IS NULL, c.load_id, c.package_id
    FROM (
        SELECT k.number, v.id, v.load_id, p.id AS package_id
        FROM keys_package_versions k
        JOIN staged_package_versions s ON s.id = k.number
        JOIN map_packages p ON p.number = s.package_id
        LEFT JOIN exograph.package_versions v ON v.package_id = p.id AND v.version = s.version
        WHERE k.number = k.canonical
        ORDER BY k.number
    ) c;
    IF NOT load.is_reserved THEN -- before the rows, which may fail
        SELECT count(*) INTO v_inserted FROM map_package_versions m WHERE m.inserted; -- 0.08 s a million
        CALL exograph_private.note_ids('package_versions', v_before, v_inserted);
    END IF;

    INSERT INTO exograph.package_versions (id, package_id, version, source_ref, checksum, metadata, load_id)
    SELECT m.id, m.package_id, s.version, s.source_ref, s.checksum, coalesce(s.metadata, '{}'), load.load_id
    FROM map_package_versions m
    JOIN staged_package_versions s ON s.id = m.number
    WHERE m.inserted
    ORDER BY m.package_id, s.version;
    GET DIAGNOSTICS v_inserted = ROW_COUNT;

    INSERT INTO map_package_versions (number, id, inserted, load_id, package_id)
    SELECT k.number, m.id, m.inserted, m.load_id, m.package_id
    FROM keys_package_versions k
    JOIN map_package_versions m ON m.number = k.canonical
    WHERE k.number <> k.canonical;

    ANALYZE map_package_versions;
    INSERT INTO number_offsets (table_name, id_offset, inserted)
    SELECT 'package_versions', min(m.id - m.number),
           CASE WHEN bool_and(m.inserted) = bool_or(m.inserted) THEN bool_and(m.inserted) END
    FROM map_package_versions m
    HAVING min(m.id - m.number) = max(m.id - m.number);
    v_merged := (SELECT count(*) FROM map_package_versions m WHERE m.inserted);
    PERFORM exograph_private.report_merge(load, 'package_versions', v_inserted, v_merged, (
        SELECT count(*)
        FROM (
            SELECT m.number, m.id FROM map_package_versions m WHERE NOT m.inserted
            UNION ALL
            SELECT k.number, m.id FROM keys_package_versions k JOIN map_package_versions m ON m.number = k.number
            WHERE k.number <> k.canonical AND m.inserted
        ) o
        JOIN staged_package_versions s ON s.id = o.number
        JOIN exograph.package_versions v ON v.id = o.id
        WHERE (s.source_ref, s.checksum, coalesce(s.metadata, '{}'))
            IS DISTINCT FROM (v.source_ref, v.checksum, v.metadata)));
END
$$;
