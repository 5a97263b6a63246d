-- A load whose numbers are ids of the index. psql -X -f reserved.sql
\set ON_ERROR_STOP on
SELECT exograph.begin_load('reserved', ids => 'reserved') AS load_id \gset

-- Ranges (first, last) that nobody else gets; here of one id each.
SELECT first AS package FROM exograph.reserve_ids(:load_id, 'packages', 1) \gset
SELECT first AS version FROM exograph.reserve_ids(:load_id, 'package_versions', 1) \gset
SELECT first AS file FROM exograph.reserve_ids(:load_id, 'files', 1) \gset
SELECT first AS fragment FROM exograph.reserve_ids(:load_id, 'fragments', 1) \gset

-- Ids of terms, in their order; those that do not exist are inserted.
SELECT exograph.resolve_terms(ARRAY['call:hello', 'atom:world'], :load_id) AS terms \gset

SELECT exograph.staging_schema(:load_id) AS staging \gset
BEGIN;
SET LOCAL search_path TO :"staging";
INSERT INTO staged_packages (id, ecosystem, name) VALUES (:package, 'hex', 'reserved');
INSERT INTO staged_package_versions (id, package_id, version) VALUES (:version, :package, '1.0.0');
INSERT INTO staged_files (id, package_version_id, path, source, sha256)
VALUES (:file, :version, 'lib/a.ex', 'hello(:world)', pg_catalog.sha256('hello(:world)'));
INSERT INTO staged_fragments (id, file_id, ast, kind, line, mass) VALUES (:fragment, :file, 'hello(:world)', 'call', 1, 2);
INSERT INTO staged_definitions (package_id, package_version_id, file_id, fragment_id, kind, name, qualified_name, line, col)
VALUES (:package, :version, :file, :fragment, 'function', 'hello', 'Reserved.hello/1', 1, 1);
-- Ascending, or the sets are written once more.
INSERT INTO staged_fragment_term_sets (fragment_id, term_ids)
VALUES (:fragment, ARRAY(SELECT pg_catalog.unnest(:'terms'::integer[]) ORDER BY 1));
COMMIT;

CALL exograph.finalize_load(:load_id, partition_threshold => 0);

SELECT table_name, staged, inserted, path, reason FROM exograph.load_report
WHERE load_id = :load_id AND table_name IN ('definitions', 'fragment_terms');

-- Fragments with all of some terms, whichever loads brought them.
SELECT s.fragment_id = :fragment AS found, sum(t.terms) AS terms
FROM exograph.fragment_term_sets s
CROSS JOIN LATERAL (SELECT count(*) AS terms FROM unnest(s.term_ids) AS u (id) WHERE u.id = ANY (:'terms'::integer[])) t
WHERE s.term_ids && :'terms'::integer[]
GROUP BY s.fragment_id
HAVING sum(t.terms) = cardinality(:'terms'::integer[]);
