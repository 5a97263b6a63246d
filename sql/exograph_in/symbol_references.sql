SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE VIEW exograph_in.symbol_references WITH (security_invoker = true) AS
SELECT r.package_id, r.package_version_id, r.file_id, r.fragment_id, k.ecosystem, k.package, k.version,
       k.file_sha256, g.content_hash AS fragment_content_hash, r.kind, r.module, r.name,
       r.arity, r.qualified_name, r.line, r.col
FROM exograph.symbol_references r
JOIN exograph.file_keys k ON k.file_id = r.file_id
LEFT JOIN exograph.fragments g ON g.id = r.fragment_id;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.symbol_references
FOR EACH STATEMENT EXECUTE FUNCTION exograph.enter_gate();
CREATE OR REPLACE TRIGGER insert_symbol_reference INSTEAD OF INSERT ON exograph_in.symbol_references
FOR EACH ROW EXECUTE FUNCTION exograph.insert_symbol_reference();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.symbol_references
FOR EACH STATEMENT EXECUTE FUNCTION exograph.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.symbol_references
FOR EACH ROW EXECUTE FUNCTION exograph.refuse_change();

ALTER VIEW exograph_in.symbol_references OWNER TO exograph_owner;
COMMENT ON VIEW exograph_in.symbol_references IS
    'Inserter view of symbol references; file (by file_id, or version and file_sha256) and fragment (by fragment_id or '
    'fragment_content_hash) must stand. Nothing is inserted where the fact stands in any partition. RETURNING gives the row '
    'that stands; columns that name parents by key come back as given.';
COMMENT ON COLUMN exograph_in.symbol_references.package_id IS 'Names the version in place of ecosystem and package. Comes back.';
COMMENT ON COLUMN exograph_in.symbol_references.package_version_id IS 'Names the version in place of its key. Comes back.';
COMMENT ON COLUMN exograph_in.symbol_references.file_id IS
    'Names the file in place of its version and file_sha256. Comes back. Required, or its key.';
COMMENT ON COLUMN exograph_in.symbol_references.fragment_id IS
    'Names the fragment in place of fragment_content_hash; may be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.symbol_references.ecosystem IS 'Names the version, with package and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.symbol_references.package IS 'Names the version, with ecosystem and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.symbol_references.version IS
    'Names the version, with ecosystem and package, or package_id. Comes back as given.';
COMMENT ON COLUMN exograph_in.symbol_references.file_sha256 IS
    'Names the file, with its version; without any, a file of no package. Comes back as given.';
COMMENT ON COLUMN exograph_in.symbol_references.fragment_content_hash IS
    'Names the fragment: that of the row''s file or, where it has none such, the only one. Comes back as given.';
COMMENT ON COLUMN exograph_in.symbol_references.kind IS 'Required. Part of the identity.';
COMMENT ON COLUMN exograph_in.symbol_references.module IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.symbol_references.name IS 'Required. Comes back.';
COMMENT ON COLUMN exograph_in.symbol_references.arity IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.symbol_references.qualified_name IS 'Required. Part of the identity.';
COMMENT ON COLUMN exograph_in.symbol_references.line IS 'Part of the identity, as given; may be NULL.';
COMMENT ON COLUMN exograph_in.symbol_references.col IS 'Part of the identity, as given; may be NULL.';
GRANT SELECT, INSERT, UPDATE, DELETE ON exograph_in.symbol_references TO exograph_loader;
