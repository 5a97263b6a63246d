SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE VIEW exograph_in.call_edges WITH (security_invoker = true) AS
SELECT e.package_id, e.package_version_id, e.file_id, e.caller_node_id, e.callee_node_id, e.call_site_fragment_id,
       p.ecosystem, p.name AS package, v.version, f.sha256 AS file_sha256, g.content_hash AS call_site_content_hash,
       e.caller_qualified_name, e.callee_qualified_name, e.line, e.col, e.metadata,
       caller.ecosystem AS caller_ecosystem, caller.package AS caller_package,
       caller.version AS caller_version, caller.file_sha256 AS caller_file_sha256, caller.engine AS caller_engine,
       caller.kind AS caller_kind, caller.external_id AS caller_external_id, caller.line AS caller_line, caller.col AS caller_col,
       callee.ecosystem AS callee_ecosystem, callee.package AS callee_package,
       callee.version AS callee_version, callee.file_sha256 AS callee_file_sha256, callee.engine AS callee_engine,
       callee.kind AS callee_kind, callee.external_id AS callee_external_id, callee.line AS callee_line, callee.col AS callee_col
FROM exograph.call_edges e
JOIN exograph_in.graph_nodes caller ON caller.id = e.caller_node_id
JOIN exograph_in.graph_nodes callee ON callee.id = e.callee_node_id
LEFT JOIN exograph.package_versions v ON v.id = e.package_version_id
LEFT JOIN exograph.packages p ON p.id = v.package_id
LEFT JOIN exograph.files f ON f.id = e.file_id
LEFT JOIN exograph.fragments g ON g.id = e.call_site_fragment_id;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.call_edges
FOR EACH STATEMENT EXECUTE FUNCTION exograph.enter_gate();
CREATE OR REPLACE TRIGGER insert_call_edge INSTEAD OF INSERT ON exograph_in.call_edges
FOR EACH ROW EXECUTE FUNCTION exograph.insert_call_edge();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.call_edges
FOR EACH STATEMENT EXECUTE FUNCTION exograph.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.call_edges
FOR EACH ROW EXECUTE FUNCTION exograph.refuse_change();

ALTER VIEW exograph_in.call_edges OWNER TO exograph_owner;
COMMENT ON VIEW exograph_in.call_edges IS
    'Inserter view of calls. caller and callee are named by id, or by natural key (the columns caller_..., callee_...), and '
    'made if they do not stand; so are their versions. Files and the fragment of the call must stand where they are named. '
    'Nothing is inserted where the fact stands in any partition. RETURNING gives the row that stands; columns that '
    'name parents by key come back as given.';
COMMENT ON COLUMN exograph_in.call_edges.package_id IS 'Names the version in place of ecosystem and package. Comes back.';
COMMENT ON COLUMN exograph_in.call_edges.package_version_id IS 'Names the version in place of its key. Comes back.';
COMMENT ON COLUMN exograph_in.call_edges.file_id IS
    'Names the file in place of its version and file_sha256; may be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.call_edges.caller_node_id IS
    'Names the caller in place of its key; the key may stand beside it, whole or in part. Comes back. Required, or the key.';
COMMENT ON COLUMN exograph_in.call_edges.callee_node_id IS
    'Names the callee in place of its key; the key may stand beside it, whole or in part. Comes back. Required, or the key.';
COMMENT ON COLUMN exograph_in.call_edges.call_site_fragment_id IS
    'Names the fragment of the call in place of call_site_content_hash; may be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.call_edges.ecosystem IS 'Names the version, with package and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.call_edges.package IS 'Names the version, with ecosystem and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.call_edges.version IS
    'Names the version, with ecosystem and package, or package_id. Comes back as given.';
COMMENT ON COLUMN exograph_in.call_edges.file_sha256 IS 'Names the file, with its version; may be NULL. Comes back as given.';
COMMENT ON COLUMN exograph_in.call_edges.call_site_content_hash IS
    'Names the fragment of the call: that of the row''s file or, where it has none such, the only one. Comes back as given.';
COMMENT ON COLUMN exograph_in.call_edges.caller_qualified_name IS
    'Required. Part of the caller''s key, and kept with the call. Comes back.';
COMMENT ON COLUMN exograph_in.call_edges.callee_qualified_name IS
    'Required. Part of the callee''s key, and kept with the call. Comes back.';
COMMENT ON COLUMN exograph_in.call_edges.line IS 'Part of the identity, as given; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.col IS 'Part of the identity, as given; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.metadata IS 'NULL is {}. Comes back.';
COMMENT ON COLUMN exograph_in.call_edges.caller_ecosystem IS
    'Part of the caller''s key, with its package and version; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.caller_package IS
    'Part of the caller''s key, with its ecosystem and version; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.caller_version IS
    'Part of the caller''s key, with its ecosystem and package; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.caller_file_sha256 IS 'Part of the caller''s key, with its version; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.caller_engine IS 'Part of the caller''s key; required with it.';
COMMENT ON COLUMN exograph_in.call_edges.caller_kind IS 'Part of the caller''s key; required with it.';
COMMENT ON COLUMN exograph_in.call_edges.caller_external_id IS 'Part of the caller''s key; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.caller_line IS 'Part of the caller''s key; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.caller_col IS 'Part of the caller''s key; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.callee_ecosystem IS
    'Part of the callee''s key, with its package and version; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.callee_package IS
    'Part of the callee''s key, with its ecosystem and version; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.callee_version IS
    'Part of the callee''s key, with its ecosystem and package; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.callee_file_sha256 IS 'Part of the callee''s key, with its version; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.callee_engine IS 'Part of the callee''s key; required with it.';
COMMENT ON COLUMN exograph_in.call_edges.callee_kind IS 'Part of the callee''s key; required with it.';
COMMENT ON COLUMN exograph_in.call_edges.callee_external_id IS 'Part of the callee''s key; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.callee_line IS 'Part of the callee''s key; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.callee_col IS 'Part of the callee''s key; may be NULL.';
GRANT SELECT, INSERT, UPDATE, DELETE ON exograph_in.call_edges TO exograph_loader;
