SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE VIEW exograph_in.fragments WITH (security_invoker = true) AS
SELECT g.id, g.package_id, g.package_version_id, g.file_id, k.ecosystem, k.package, k.version, k.file_sha256,
       g.content_hash, g.ast, g.kind, g.module, g.name, g.arity, g.line, g.end_line, g.mass, g.exact_hash, g.sub_hashes
FROM exograph.fragments g
JOIN exograph.file_keys k ON k.file_id = g.file_id;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.fragments
FOR EACH STATEMENT EXECUTE FUNCTION exograph.enter_gate();
CREATE OR REPLACE TRIGGER insert_fragment INSTEAD OF INSERT ON exograph_in.fragments
FOR EACH ROW EXECUTE FUNCTION exograph.insert_fragment();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.fragments
FOR EACH STATEMENT EXECUTE FUNCTION exograph.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.fragments
FOR EACH ROW EXECUTE FUNCTION exograph.refuse_change();

ALTER VIEW exograph_in.fragments OWNER TO exograph_owner;
COMMENT ON VIEW exograph_in.fragments IS
    'Inserter view of fragments; the file is named by file_id, or by its version and file_sha256, and must stand. Without '
    'content_hash the row gets exograph.fragment_content_hash. RETURNING gives the row that stands; columns that '
    'name parents by key come back as given.';
COMMENT ON COLUMN exograph_in.fragments.id IS 'Comes back. The index gives it; never given.';
COMMENT ON COLUMN exograph_in.fragments.package_id IS 'Names the version in place of ecosystem and package. Comes back.';
COMMENT ON COLUMN exograph_in.fragments.package_version_id IS 'Names the version in place of its key. Comes back.';
COMMENT ON COLUMN exograph_in.fragments.file_id IS
    'Names the file in place of its version and file_sha256. Comes back. Required, or its key.';
COMMENT ON COLUMN exograph_in.fragments.ecosystem IS 'Names the version, with package and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.fragments.package IS 'Names the version, with ecosystem and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.fragments.version IS
    'Names the version, with ecosystem and package, or package_id. Comes back as given.';
COMMENT ON COLUMN exograph_in.fragments.file_sha256 IS
    'Names the file, with its version; without any, a file of no package. Comes back as given.';
COMMENT ON COLUMN exograph_in.fragments.content_hash IS
    'The key, with file, line and end_line. NULL is exograph.fragment_content_hash. Comes back.';
COMMENT ON COLUMN exograph_in.fragments.ast IS 'Required. Comes back.';
COMMENT ON COLUMN exograph_in.fragments.kind IS 'Required. Comes back.';
COMMENT ON COLUMN exograph_in.fragments.module IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.fragments.name IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.fragments.arity IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.fragments.line IS 'Required. Comes back.';
COMMENT ON COLUMN exograph_in.fragments.end_line IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.fragments.mass IS 'Required. Comes back.';
COMMENT ON COLUMN exograph_in.fragments.exact_hash IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.fragments.sub_hashes IS 'NULL is {}. Comes back.';
GRANT SELECT, INSERT, UPDATE, DELETE ON exograph_in.fragments TO exograph_loader;
