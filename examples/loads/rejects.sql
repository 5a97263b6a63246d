-- Rows that break a rule, before and after finalizing. psql -X -f rejects.sql
\set ON_ERROR_STOP on
SELECT exograph.begin_load('rejects', on_reject => 'skip') AS load_id \gset
SELECT exograph.staging_schema(:load_id) AS staging \gset
BEGIN;
SET LOCAL search_path TO :"staging";
INSERT INTO staged_packages (id, ecosystem, name) VALUES (1, 'hex', 'rejects'), (2, 'hex', NULL), (3, NULL, 'other');
INSERT INTO staged_package_versions (id, package_id, version) VALUES (1, 1, '1.0.0'), (2, 2, '1.0.0');
COMMIT;

-- How many rows there should be; what would be rejected.
SELECT exograph.seal_load(:load_id, '{"packages": 3, "package_versions": 2}');
SELECT table_name, staged_ctid, reason FROM exograph.check_load(:load_id);

-- A row is corrected, or taken away by its place.
UPDATE :"staging".staged_packages SET ecosystem = 'hex' WHERE id = 3;
DELETE FROM :"staging".staged_packages WHERE ctid = '(0,2)';

CALL exograph.finalize_load(:load_id);
SELECT table_name, reason FROM exograph.load_rejects WHERE load_id = :load_id;
SELECT table_name, staged, inserted, rejected FROM exograph.load_report WHERE load_id = :load_id AND staged > 0;
