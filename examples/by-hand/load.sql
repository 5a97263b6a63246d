\set ON_ERROR_STOP on
SELECT exograph.begin_load('by hand') AS load_id \gset
SELECT exograph.staging_schema(:load_id) AS staging \gset

-- \copy takes no variables: the path names the load's schema. Only for this transaction, since poolers share sessions.
BEGIN;
SET LOCAL search_path TO :"staging";
\copy staged_packages (id, ecosystem, name) FROM packages.csv CSV HEADER
\copy staged_package_versions (id, package_id, version) FROM package_versions.csv CSV HEADER
\copy staged_files (id, package_version_id, path, source, sha256) FROM files.csv CSV HEADER
\copy staged_terms (id, term) FROM terms.csv CSV HEADER
\copy staged_fragments (id, file_id, ast, kind, module, name, arity, line, end_line, mass) FROM fragments.csv CSV HEADER
\copy staged_graph_nodes (id, file_id, fragment_id, engine, kind, module, name, arity, qualified_name, line) FROM graph_nodes.csv CSV HEADER
\copy staged_comments (file_id, fragment_id, text, line, col) FROM comments.csv CSV HEADER
\copy staged_definitions (file_id, fragment_id, kind, module, name, arity, qualified_name, line, col) FROM definitions.csv CSV HEADER
\copy staged_symbol_references (file_id, fragment_id, kind, name, arity, qualified_name, line, col) FROM symbol_references.csv CSV HEADER
\copy staged_call_edges (file_id, caller_node_id, callee_node_id, call_site_fragment_id, caller_qualified_name, callee_qualified_name, line, col) FROM call_edges.csv CSV HEADER
\copy staged_fragment_terms (fragment_id, term_id) FROM fragment_terms.csv CSV HEADER
COMMIT;

CALL exograph.finalize_load(:load_id);

SELECT table_name, staged, inserted, existing, collapsed, rejected FROM exograph.load_report WHERE load_id = :load_id;

-- Who calls Greeter.hello/1?
SELECT f.path, e.line, e.caller_qualified_name
FROM exograph.call_edges e
JOIN exograph.files f ON f.id = e.file_id
WHERE e.callee_qualified_name = 'Greeter.hello/1';
