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
GRANT SELECT, INSERT, UPDATE, DELETE ON exograph_in.graph_nodes TO exograph_loader;
