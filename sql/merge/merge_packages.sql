CREATE OR REPLACE PROCEDURE exograph.merge_packages(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_reserved boolean := exograph.has_reserved_ids(load_id);
    v_before   bigint;
    v_inserted bigint;
BEGIN
    PERFORM exograph.start_phase(load_id, 'merging', 'packages');
    v_before := exograph.take_back_ids(load_id, 'packages');

    INSERT INTO map_packages (number, id, inserted)
    SELECT c.number, coalesce(c.id, CASE WHEN v_reserved THEN c.number ELSE nextval('exograph.packages_id_seq') END),
           c.id IS NULL
    FROM (
        SELECT k.number, p.id
        FROM keys_packages k
        JOIN staged_packages s ON s.id = k.number
        LEFT JOIN exograph.packages p ON p.ecosystem = s.ecosystem AND p.name = s.name
        WHERE k.number = k.canonical
        ORDER BY k.number
    ) c;
    IF NOT v_reserved THEN -- before the rows, which may fail
        SELECT count(*) INTO v_inserted FROM map_packages m WHERE m.inserted; -- 0.08 s a million
        CALL exograph.note_ids('packages', v_before, v_inserted);
    END IF;

    INSERT INTO exograph.packages (id, ecosystem, name, metadata, load_id)
    SELECT m.id, s.ecosystem, s.name, coalesce(s.metadata, '{}'), merge_packages.load_id
    FROM map_packages m
    JOIN staged_packages s ON s.id = m.number
    WHERE m.inserted
    ORDER BY s.ecosystem, s.name;
    GET DIAGNOSTICS v_inserted = ROW_COUNT;

    INSERT INTO map_packages (number, id, inserted)
    SELECT k.number, m.id, m.inserted
    FROM keys_packages k
    JOIN map_packages m ON m.number = k.canonical
    WHERE k.number <> k.canonical;

    ANALYZE map_packages;
    PERFORM exograph.report_merge(load_id, 'packages', v_inserted, (
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

ALTER PROCEDURE exograph.merge_packages(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.merge_packages(integer) IS
    'Merges the staged packages into the index: the row that stands wins, then the lowest number.';
REVOKE ALL ON PROCEDURE exograph.merge_packages(integer) FROM PUBLIC;
