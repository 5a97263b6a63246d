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
GRANT SELECT, INSERT, UPDATE, DELETE ON exograph_in.files TO exograph_loader;
