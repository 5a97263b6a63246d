CREATE OR REPLACE PROCEDURE exograph.key_graph_nodes()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO keys_graph_nodes (number, canonical)
    SELECT d.id, min(d.id) OVER (PARTITION BY d.digest)
    FROM (
        SELECT s.id, exograph.graph_node_digest(
            CASE WHEN s.file_id IS NULL THEN v.canonical ELSE f.package_version END, f.canonical,
            s.engine, s.kind, s.external_id, s.qualified_name, s.line, s.col) AS digest
        FROM staged_graph_nodes s
        LEFT JOIN keys_files f ON f.number = s.file_id
        LEFT JOIN keys_package_versions v ON v.number = s.package_version_id
        WHERE NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'graph_nodes' AND r.staged_ctid = s.ctid)
    ) d;
    ANALYZE keys_graph_nodes;
END
$$;

ALTER PROCEDURE exograph.key_graph_nodes() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.key_graph_nodes() IS 'Canonical numbers of the valid staged graph nodes.';
REVOKE ALL ON PROCEDURE exograph.key_graph_nodes() FROM PUBLIC;
