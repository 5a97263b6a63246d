-- The columns of the key themselves: a digest of them, as graph_node_digest makes it, takes 4 us a row.
CREATE OR REPLACE PROCEDURE exograph.key_graph_nodes()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO keys_graph_nodes (number, canonical)
    SELECT s.id, min(s.id) OVER (
        PARTITION BY f.canonical, CASE WHEN s.file_id IS NULL THEN v.canonical ELSE f.package_version END,
            s.line, s.col, s.qualified_name, s.kind, s.external_id, s.engine)
    FROM staged_graph_nodes s
    LEFT JOIN keys_files f ON f.number = s.file_id
    LEFT JOIN keys_package_versions v ON v.number = s.package_version_id
    WHERE NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'graph_nodes' AND r.staged_ctid = s.ctid);
    ANALYZE keys_graph_nodes;
END
$$;

ALTER PROCEDURE exograph.key_graph_nodes() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.key_graph_nodes() IS 'Canonical numbers of the valid staged graph nodes.';
REVOKE ALL ON PROCEDURE exograph.key_graph_nodes() FROM PUBLIC;
