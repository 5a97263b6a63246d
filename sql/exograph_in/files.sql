SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE VIEW exograph_in.files WITH (security_invoker = true) AS
SELECT f.id, f.package_id, f.package_version_id, k.ecosystem, k.package, k.version, f.path, f.source, f.comments_text, f.sha256
FROM exograph.files f
JOIN exograph.file_keys k ON k.file_id = f.id;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.files
FOR EACH STATEMENT EXECUTE FUNCTION exograph.enter_gate();
CREATE OR REPLACE TRIGGER insert_file INSTEAD OF INSERT ON exograph_in.files
FOR EACH ROW EXECUTE FUNCTION exograph.insert_file();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.files
FOR EACH STATEMENT EXECUTE FUNCTION exograph.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.files
FOR EACH ROW EXECUTE FUNCTION exograph.refuse_change();

ALTER VIEW exograph_in.files OWNER TO exograph_owner;
COMMENT ON VIEW exograph_in.files IS
    'Inserter view of files; the version is named by package_version_id, or by ecosystem, package and version, and made if it '
    'does not stand; without any it is a file without package. The path is recorded in exograph.file_paths even where the '
    'content stands. RETURNING gives the row that stands, with the path that it was first seen under.';
COMMENT ON COLUMN exograph_in.files.id IS 'Comes back. The index gives it; never given.';
COMMENT ON COLUMN exograph_in.files.package_id IS 'Names the version in place of ecosystem and package. Comes back.';
COMMENT ON COLUMN exograph_in.files.package_version_id IS 'Names the version in place of its key. Comes back.';
COMMENT ON COLUMN exograph_in.files.ecosystem IS 'Names the version, with package and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.files.package IS 'Names the version, with ecosystem and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.files.version IS
    'Names the version, with ecosystem and package, or package_id. Comes back as given.';
COMMENT ON COLUMN exograph_in.files.path IS 'Required, and recorded. The path that the content was first seen under comes back.';
COMMENT ON COLUMN exograph_in.files.source IS 'Required. Comes back.';
COMMENT ON COLUMN exograph_in.files.comments_text IS 'NULL is the empty text. Comes back.';
COMMENT ON COLUMN exograph_in.files.sha256 IS 'Required. The key, with the version.';
GRANT SELECT, INSERT, UPDATE, DELETE ON exograph_in.files TO exograph_loader;
