SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE VIEW exograph_in.definitions WITH (security_invoker = true) AS
SELECT d.package_id, d.package_version_id, d.file_id, d.fragment_id, k.ecosystem, k.package, k.version,
       k.file_sha256, g.content_hash AS fragment_content_hash, d.kind, d.module, d.name,
       d.arity, d.qualified_name, d.line, d.col
FROM exograph.definitions d
JOIN exograph.file_keys k ON k.file_id = d.file_id
LEFT JOIN exograph.fragments g ON g.id = d.fragment_id;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.definitions
FOR EACH STATEMENT EXECUTE FUNCTION exograph.enter_gate();
CREATE OR REPLACE TRIGGER insert_definition INSTEAD OF INSERT ON exograph_in.definitions
FOR EACH ROW EXECUTE FUNCTION exograph.insert_definition();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.definitions
FOR EACH STATEMENT EXECUTE FUNCTION exograph.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.definitions
FOR EACH ROW EXECUTE FUNCTION exograph.refuse_change();

ALTER VIEW exograph_in.definitions OWNER TO exograph_owner;
COMMENT ON VIEW exograph_in.definitions IS
    'Inserter view of definitions; file (by file_id, or version and file_sha256) and fragment (by fragment_id or '
    'fragment_content_hash) must stand. Nothing is inserted where the fact stands in any partition. RETURNING gives the row '
    'that stands; columns that name parents by key come back as given.';
COMMENT ON COLUMN exograph_in.definitions.package_id IS 'Names the version in place of ecosystem and package. Comes back.';
COMMENT ON COLUMN exograph_in.definitions.package_version_id IS 'Names the version in place of its key. Comes back.';
COMMENT ON COLUMN exograph_in.definitions.file_id IS
    'Names the file in place of its version and file_sha256. Comes back. Required, or its key.';
COMMENT ON COLUMN exograph_in.definitions.fragment_id IS
    'Names the fragment in place of fragment_content_hash; may be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.definitions.ecosystem IS 'Names the version, with package and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.definitions.package IS 'Names the version, with ecosystem and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.definitions.version IS
    'Names the version, with ecosystem and package, or package_id. Comes back as given.';
COMMENT ON COLUMN exograph_in.definitions.file_sha256 IS
    'Names the file, with its version; without any, a file of no package. Comes back as given.';
COMMENT ON COLUMN exograph_in.definitions.fragment_content_hash IS
    'Names the fragment: that of the row''s file or, where it has none such, the only one. Comes back as given.';
COMMENT ON COLUMN exograph_in.definitions.kind IS 'Required. Part of the identity.';
COMMENT ON COLUMN exograph_in.definitions.module IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.definitions.name IS 'Required. Comes back.';
COMMENT ON COLUMN exograph_in.definitions.arity IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.definitions.qualified_name IS 'Required. Part of the identity.';
COMMENT ON COLUMN exograph_in.definitions.line IS 'Part of the identity, as given; may be NULL.';
COMMENT ON COLUMN exograph_in.definitions.col IS 'Part of the identity, as given; may be NULL.';
GRANT SELECT, INSERT, UPDATE, DELETE ON exograph_in.definitions TO exograph_loader;
