SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Facts in natural terms, to be compared with those of other shards. Packages, versions and files are joined to the fact itself,
-- by ids that it has: a look-up enters by the index of whatever it names, and what a query does not show is not joined. Through
-- the version of its file a package would be found as fast, but a fact without file would lose its package. Columns are those
-- of migrations/0013_shard_reads.sql; where they change, a migration drops the view.

CREATE OR REPLACE VIEW exograph_shard.packages WITH (security_invoker = true) AS
SELECT exograph_shard.this_shard() AS shard, p.ecosystem, p.name AS package, p.metadata
FROM exograph.packages p;

COMMENT ON VIEW exograph_shard.packages IS 'The packages of this shard.';

CREATE OR REPLACE VIEW exograph_shard.package_versions WITH (security_invoker = true) AS
SELECT exograph_shard.this_shard() AS shard, p.ecosystem, p.name AS package, v.version, v.source_ref, v.checksum, v.metadata
FROM exograph.package_versions v
JOIN exograph.packages p ON p.id = v.package_id;

COMMENT ON VIEW exograph_shard.package_versions IS 'The versions of the packages of this shard.';

CREATE OR REPLACE VIEW exograph_shard.files WITH (security_invoker = true) AS
SELECT exograph_shard.this_shard() AS shard, p.ecosystem, p.name AS package, v.version, f.path, f.source, f.comments_text,
       f.sha256
FROM exograph.files f
LEFT JOIN exograph.packages p ON p.id = f.package_id
LEFT JOIN exograph.package_versions v ON v.id = f.package_version_id;

COMMENT ON VIEW exograph_shard.files IS
    'The files of this shard by the first of their paths. Package and version are NULL for a file without package, here and in '
    'the facts of such files.';

CREATE OR REPLACE VIEW exograph_shard.file_paths WITH (security_invoker = true) AS
SELECT exograph_shard.this_shard() AS shard, p.ecosystem, p.name AS package, v.version, a.path, f.sha256
FROM exograph.file_paths a
JOIN exograph.files f ON f.id = a.file_id
LEFT JOIN exograph.packages p ON p.id = f.package_id
LEFT JOIN exograph.package_versions v ON v.id = f.package_version_id;

COMMENT ON VIEW exograph_shard.file_paths IS
    'Every path of the files of this shard; sha256 and version tell which file it is.';

CREATE OR REPLACE VIEW exograph_shard.fragments WITH (security_invoker = true) AS
SELECT exograph_shard.this_shard() AS shard, p.ecosystem, p.name AS package, v.version, f.path, g.line, g.end_line, g.kind,
       g.module, g.name, g.arity, g.mass, g.content_hash, g.exact_hash, g.sub_hashes, g.ast
FROM exograph.fragments g
LEFT JOIN exograph.packages p ON p.id = g.package_id
LEFT JOIN exograph.package_versions v ON v.id = g.package_version_id
LEFT JOIN exograph.files f ON f.id = g.file_id;

COMMENT ON VIEW exograph_shard.fragments IS 'The fragments of this shard, by the first path of their file.';

CREATE OR REPLACE VIEW exograph_shard.graph_nodes WITH (security_invoker = true) AS
SELECT exograph_shard.this_shard() AS shard, p.ecosystem, p.name AS package, v.version, f.path, n.line, n.col, n.engine,
       n.external_id, n.kind, n.module, n.name, n.arity, n.qualified_name, n.metadata
FROM exograph.graph_nodes n
LEFT JOIN exograph.packages p ON p.id = n.package_id
LEFT JOIN exograph.package_versions v ON v.id = n.package_version_id
LEFT JOIN exograph.files f ON f.id = n.file_id;

COMMENT ON VIEW exograph_shard.graph_nodes IS 'The nodes of the call graph of this shard; path is NULL for one without file.';

CREATE OR REPLACE VIEW exograph_shard.comments WITH (security_invoker = true) AS
SELECT exograph_shard.this_shard() AS shard, p.ecosystem, p.name AS package, v.version, f.path, c.line, c.col, c.text
FROM exograph.comments c
LEFT JOIN exograph.packages p ON p.id = c.package_id
LEFT JOIN exograph.package_versions v ON v.id = c.package_version_id
LEFT JOIN exograph.files f ON f.id = c.file_id;

COMMENT ON VIEW exograph_shard.comments IS 'The comments of this shard.';

CREATE OR REPLACE VIEW exograph_shard.definitions WITH (security_invoker = true) AS
SELECT exograph_shard.this_shard() AS shard, p.ecosystem, p.name AS package, v.version, f.path, d.line, d.col, d.kind, d.module,
       d.name, d.arity, d.qualified_name
FROM exograph.definitions d
LEFT JOIN exograph.packages p ON p.id = d.package_id
LEFT JOIN exograph.package_versions v ON v.id = d.package_version_id
LEFT JOIN exograph.files f ON f.id = d.file_id;

COMMENT ON VIEW exograph_shard.definitions IS 'The definitions of this shard.';

CREATE OR REPLACE VIEW exograph_shard.symbol_references WITH (security_invoker = true) AS
SELECT exograph_shard.this_shard() AS shard, p.ecosystem, p.name AS package, v.version, f.path, r.line, r.col, r.kind, r.module,
       r.name, r.arity, r.qualified_name
FROM exograph.symbol_references r
LEFT JOIN exograph.packages p ON p.id = r.package_id
LEFT JOIN exograph.package_versions v ON v.id = r.package_version_id
LEFT JOIN exograph.files f ON f.id = r.file_id;

COMMENT ON VIEW exograph_shard.symbol_references IS 'The references of this shard.';

CREATE OR REPLACE VIEW exograph_shard.call_edges WITH (security_invoker = true) AS
SELECT exograph_shard.this_shard() AS shard, p.ecosystem, p.name AS package, v.version, f.path, e.line, e.col,
       e.caller_qualified_name, e.callee_qualified_name, e.metadata
FROM exograph.call_edges e
LEFT JOIN exograph.packages p ON p.id = e.package_id
LEFT JOIN exograph.package_versions v ON v.id = e.package_version_id
LEFT JOIN exograph.files f ON f.id = e.file_id;

COMMENT ON VIEW exograph_shard.call_edges IS 'The calls of this shard; path is NULL for one without file.';

-- The second condition looks redundant and is not: with a term given, the planner enters by the GIN index, which ANY cannot use.
CREATE OR REPLACE VIEW exograph_shard.fragment_terms WITH (security_invoker = true) AS
SELECT exograph_shard.this_shard() AS shard, p.ecosystem, p.name AS package, v.version, f.path, g.line, g.end_line, g.kind,
       g.module, g.name, g.arity, g.mass, g.content_hash, t.term
FROM exograph.fragment_term_sets s
JOIN exograph.terms t ON t.id = ANY (s.term_ids) AND s.term_ids @> ARRAY[t.id]
JOIN exograph.fragments g ON g.id = s.fragment_id
LEFT JOIN exograph.packages p ON p.id = g.package_id
LEFT JOIN exograph.package_versions v ON v.id = g.package_version_id
LEFT JOIN exograph.files f ON f.id = g.file_id;

COMMENT ON VIEW exograph_shard.fragment_terms IS
    'Which fragment of this shard holds which term, a row per pair: for look-ups by term or by fragment. For several terms at '
    'once ask exograph_all.fragments_with.';
