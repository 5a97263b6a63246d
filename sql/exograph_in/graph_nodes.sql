SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE VIEW exograph_in.graph_nodes WITH (security_invoker = true) AS
SELECT n.id, n.package_id, n.package_version_id, n.file_id, n.fragment_id, p.ecosystem, p.name AS package, v.version,
       f.sha256 AS file_sha256, g.content_hash AS fragment_content_hash, n.engine, n.external_id, n.kind, n.module, n.name,
       n.arity, n.qualified_name, n.line, n.col, n.metadata
FROM exograph.graph_nodes n
LEFT JOIN exograph.package_versions v ON v.id = n.package_version_id
LEFT JOIN exograph.packages p ON p.id = v.package_id
LEFT JOIN exograph.files f ON f.id = n.file_id
LEFT JOIN exograph.fragments g ON g.id = n.fragment_id;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.graph_nodes
FOR EACH STATEMENT EXECUTE FUNCTION exograph.enter_gate();
CREATE OR REPLACE TRIGGER insert_graph_node INSTEAD OF INSERT ON exograph_in.graph_nodes
FOR EACH ROW EXECUTE FUNCTION exograph.insert_graph_node();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.graph_nodes
FOR EACH STATEMENT EXECUTE FUNCTION exograph.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.graph_nodes
FOR EACH ROW EXECUTE FUNCTION exograph.refuse_change();

ALTER VIEW exograph_in.graph_nodes OWNER TO exograph_owner;
COMMENT ON VIEW exograph_in.graph_nodes IS
    'Inserter view of graph nodes; file (by file_id, or version and file_sha256) and fragment (by fragment_id or '
    'fragment_content_hash) must stand where they are named. RETURNING gives the row that stands; columns that '
    'name parents by key come back as given.';
COMMENT ON COLUMN exograph_in.graph_nodes.id IS 'Comes back. The index gives it; never given.';
COMMENT ON COLUMN exograph_in.graph_nodes.package_id IS 'Names the version in place of ecosystem and package. Comes back.';
COMMENT ON COLUMN exograph_in.graph_nodes.package_version_id IS 'Names the version in place of its key. Comes back.';
COMMENT ON COLUMN exograph_in.graph_nodes.file_id IS
    'Names the file in place of its version and file_sha256; may be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.graph_nodes.fragment_id IS
    'Names the fragment in place of fragment_content_hash; may be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.graph_nodes.ecosystem IS 'Names the version, with package and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.graph_nodes.package IS 'Names the version, with ecosystem and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.graph_nodes.version IS
    'Names the version, with ecosystem and package, or package_id. Comes back as given.';
COMMENT ON COLUMN exograph_in.graph_nodes.file_sha256 IS 'Names the file, with its version; may be NULL. Comes back as given.';
COMMENT ON COLUMN exograph_in.graph_nodes.fragment_content_hash IS
    'Names the fragment: that of the row''s file or, where it has none such, the only one. Comes back as given.';
COMMENT ON COLUMN exograph_in.graph_nodes.engine IS 'Required. Part of the key.';
COMMENT ON COLUMN exograph_in.graph_nodes.external_id IS 'Part of the key; may be NULL.';
COMMENT ON COLUMN exograph_in.graph_nodes.kind IS 'Required. Part of the key.';
COMMENT ON COLUMN exograph_in.graph_nodes.module IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.graph_nodes.name IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.graph_nodes.arity IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.graph_nodes.qualified_name IS 'Required. Part of the key.';
COMMENT ON COLUMN exograph_in.graph_nodes.line IS 'Part of the key; may be NULL.';
COMMENT ON COLUMN exograph_in.graph_nodes.col IS 'Part of the key; may be NULL.';
COMMENT ON COLUMN exograph_in.graph_nodes.metadata IS 'NULL is {}. Comes back.';
GRANT SELECT, INSERT, UPDATE, DELETE ON exograph_in.graph_nodes TO exograph_loader;
