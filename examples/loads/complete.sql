-- A load that tells of which tables it brings all rows of its files, and asks what need not be sent. psql -X -f complete.sql
\set ON_ERROR_STOP on
\ir first_version.sql

SELECT exograph.begin_load('the same file again', complete => '{definitions,comments}') AS load_id \gset
SELECT exograph.staging_schema(:load_id) AS staging \gset

-- Packages, versions and files first.
BEGIN;
SET LOCAL search_path TO :"staging";
INSERT INTO staged_packages (id, ecosystem, name) VALUES (1, 'hex', 'complete');
INSERT INTO staged_package_versions (id, package_id, version) VALUES (1, 1, '1.0.0');
INSERT INTO staged_files (id, package_version_id, path, source, sha256)
VALUES (1, 1, 'lib/a.ex', 'def a', pg_catalog.sha256('def a')), (2, 1, 'lib/b.ex', 'def b', pg_catalog.sha256('def b'));
COMMIT;

-- Then the facts of the files that lack some.
SELECT number, table_name FROM exograph.files_lacking(:load_id) WHERE table_name IN ('definitions', 'comments') ORDER BY 1, 2;

CALL exograph.abandon_load(:load_id);
