SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Merges the staged graph nodes into the index: the existing row wins, then the lowest number. Digests of the staged nodes, 4
-- us each, are only made where there may be nodes to compare them with.
CREATE OR REPLACE PROCEDURE exograph_private.merge_graph_nodes(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_before   bigint;
    v_inserted bigint;
    v_merged   bigint;
BEGIN
    CALL exograph_private.start_phase(load.load_id, 'merge', 'graph_nodes');
    v_before := exograph_private.take_back_ids(load.load_id, 'graph_nodes');

    INSERT INTO map_graph_nodes (number, id, inserted, load_id)
    SELECT c.number, coalesce(c.id, CASE WHEN load.is_reserved THEN c.number ELSE nextval('exograph.graph_nodes_id_seq') END),
           c.id IS NULL, c.load_id
    FROM (
        -- A file that this load inserts has no nodes yet. <=: see merge_fragments.
        SELECT k.number, NULL::bigint AS id, NULL::integer AS load_id
        FROM keys_graph_nodes k
        JOIN staged_graph_nodes s ON s.id = k.number
        JOIN map_files f ON f.number = s.file_id
        WHERE k.number <= k.canonical AND f.inserted
        UNION ALL
        SELECT k.number, n.id, n.load_id
        FROM keys_graph_nodes k
        JOIN staged_graph_nodes s ON s.id = k.number
        LEFT JOIN map_files f ON f.number = s.file_id
        LEFT JOIN map_package_versions v ON v.number = s.package_version_id
        LEFT JOIN exograph.graph_nodes n
            ON exograph.graph_node_digest(n.package_version_id, n.file_id,
                                          n.engine, n.kind, n.external_id, n.qualified_name, n.line, n.col)
             = exograph.graph_node_digest(CASE WHEN s.file_id IS NULL THEN v.id ELSE f.package_version_id END, f.id,
                                          s.engine, s.kind, s.external_id, s.qualified_name, s.line, s.col)
        WHERE k.number <= k.canonical AND f.inserted IS NOT TRUE
        ORDER BY number
    ) c;
    IF NOT load.is_reserved THEN -- before the rows, which may fail
        SELECT count(*) INTO v_inserted FROM map_graph_nodes m WHERE m.inserted; -- 0.08 s a million
        CALL exograph_private.note_ids('graph_nodes', v_before, v_inserted);
    END IF;

    v_inserted := exograph_private.insert_graph_nodes(load.load_id);

    INSERT INTO map_graph_nodes (number, id, inserted, load_id)
    SELECT k.number, m.id, m.inserted, m.load_id
    FROM keys_graph_nodes k
    JOIN map_graph_nodes m ON m.number = k.canonical
    WHERE k.number <> k.canonical;

    ANALYZE map_graph_nodes;
    INSERT INTO number_offsets (table_name, id_offset, inserted)
    SELECT 'graph_nodes', min(m.id - m.number),
           CASE WHEN bool_and(m.inserted) = bool_or(m.inserted) THEN bool_and(m.inserted) END
    FROM map_graph_nodes m
    HAVING min(m.id - m.number) = max(m.id - m.number);
    v_merged := (SELECT count(*) FROM map_graph_nodes m WHERE m.inserted);
    PERFORM exograph_private.report_merge(load, 'graph_nodes', v_inserted, v_merged, (
        SELECT count(*)
        FROM (
            SELECT m.number, m.id FROM map_graph_nodes m WHERE NOT m.inserted
            UNION ALL
            SELECT k.number, m.id FROM keys_graph_nodes k JOIN map_graph_nodes m ON m.number = k.number
            WHERE k.number <> k.canonical AND m.inserted
        ) o
        JOIN staged_graph_nodes s ON s.id = o.number
        JOIN exograph.graph_nodes n ON n.id = o.id
        LEFT JOIN map_fragments g ON g.number = s.fragment_id
        WHERE (g.id, s.module, s.name, s.arity, coalesce(s.metadata, '{}'))
            IS DISTINCT FROM (n.fragment_id, n.module, n.name, n.arity, n.metadata)));
END
$$;

-- Inserts the staged nodes that map_graph_nodes calls inserted, and returns how many.
CREATE OR REPLACE FUNCTION exograph_private.insert_graph_nodes(load_id integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_inserted bigint;
BEGIN
    INSERT INTO exograph.graph_nodes (id, package_id, package_version_id, file_id, fragment_id, engine, external_id, kind,
                                      module, name, arity, qualified_name, line, col, metadata, load_id)
    SELECT m.id,
           CASE WHEN s.file_id IS NULL THEN v.package_id ELSE f.package_id END,
           CASE WHEN s.file_id IS NULL THEN v.id ELSE f.package_version_id END,
           f.id, g.id, s.engine, s.external_id, s.kind,
           s.module, s.name, s.arity, s.qualified_name, s.line, s.col, coalesce(s.metadata, '{}'), insert_graph_nodes.load_id
    FROM map_graph_nodes m
    JOIN staged_graph_nodes s ON s.id = m.number
    LEFT JOIN map_files f ON f.number = s.file_id
    LEFT JOIN map_package_versions v ON v.number = s.package_version_id
    LEFT JOIN map_fragments g ON g.number = s.fragment_id
    WHERE m.inserted
    ORDER BY m.id;
    GET DIAGNOSTICS v_inserted = ROW_COUNT;
    RETURN v_inserted;
END
$$;
