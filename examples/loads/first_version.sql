-- One file with all of its definitions and comments, of which it has none.
SELECT exograph.begin_load('first', complete => '{definitions,comments}') AS load_id \gset
SELECT exograph.staging_schema(:load_id) AS staging \gset
BEGIN;
SET LOCAL search_path TO :"staging";
INSERT INTO staged_packages (id, ecosystem, name) VALUES (1, 'hex', 'complete');
INSERT INTO staged_package_versions (id, package_id, version) VALUES (1, 1, '1.0.0');
INSERT INTO staged_files (id, package_version_id, path, source, sha256)
VALUES (1, 1, 'lib/a.ex', 'def a', pg_catalog.sha256('def a'));
INSERT INTO staged_definitions (file_id, kind, name, qualified_name, line, col) VALUES (1, 'function', 'a', 'A.a/0', 1, 5);
COMMIT;
CALL exograph.finalize_load(:load_id);
