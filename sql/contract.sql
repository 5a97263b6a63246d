SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- The contract of the staging tables, a line per column: what reject_query() checks and fact_query() resolves. Position 4 is
-- that of file_paths, which has no staging table.
CREATE OR REPLACE VIEW exograph.staging_columns AS
SELECT c.table_name, t.position AS table_position, t.kind,
       c.column_name, c.position AS column_position, c.required, c.max_bytes, c.refers_to, c.identity
FROM (VALUES
    ('packages', 1, 'dimension'),
    ('package_versions', 2, 'dimension'),
    ('files', 3, 'dimension'),
    ('terms', 5, 'dimension'),
    ('fragments', 6, 'dimension'),
    ('graph_nodes', 7, 'dimension'),
    ('comments', 8, 'fact'),
    ('definitions', 9, 'fact'),
    ('symbol_references', 10, 'fact'),
    ('call_edges', 11, 'fact'),
    ('fragment_terms', 12, 'pair'),
    ('fragment_term_sets', 13, 'set')
) AS t (table_name, position, kind)
JOIN (SELECT row_number() OVER () AS position, v.* FROM (VALUES
    -- table, column, required, longest in bytes, table it refers to, part of a fact's identity
    ('packages',          'id',                    true,  NULL, NULL,               false),
    ('packages',          'ecosystem',             true,   500, NULL,               false),
    ('packages',          'name',                  true,  2000, NULL,               false),
    ('packages',          'metadata',              false, NULL, NULL,               false),

    ('package_versions',  'id',                    true,  NULL, NULL,               false),
    ('package_versions',  'package_id',            true,  NULL, 'packages',         false),
    ('package_versions',  'version',               true,  2000, NULL,               false),
    ('package_versions',  'source_ref',            false, NULL, NULL,               false),
    ('package_versions',  'checksum',              false, NULL, NULL,               false),
    ('package_versions',  'metadata',              false, NULL, NULL,               false),

    ('files',             'id',                    true,  NULL, NULL,               false),
    ('files',             'package_id',            false, NULL, 'packages',         false),
    ('files',             'package_version_id',    false, NULL, 'package_versions', false),
    ('files',             'path',                  true,  2000, NULL,               false),
    ('files',             'source',                true,  NULL, NULL,               false),
    ('files',             'comments_text',         false, NULL, NULL,               false),
    ('files',             'sha256',                true,    32, NULL,               false),

    ('terms',             'id',                    true,  NULL, NULL,               false),
    ('terms',             'term',                  true,  NULL, NULL,               false),

    ('fragments',         'id',                    true,  NULL, NULL,               false),
    ('fragments',         'package_id',            false, NULL, 'packages',         false),
    ('fragments',         'package_version_id',    false, NULL, 'package_versions', false),
    ('fragments',         'file_id',               true,  NULL, 'files',            false),
    ('fragments',         'content_hash',          false,  500, NULL,               false),
    ('fragments',         'ast',                   true,  NULL, NULL,               false),
    ('fragments',         'kind',                  true,   500, NULL,               false),
    ('fragments',         'module',                false, 2000, NULL,               false),
    ('fragments',         'name',                  false, 2000, NULL,               false),
    ('fragments',         'arity',                 false, NULL, NULL,               false),
    ('fragments',         'line',                  true,  NULL, NULL,               false),
    ('fragments',         'end_line',              false, NULL, NULL,               false),
    ('fragments',         'mass',                  true,  NULL, NULL,               false),
    ('fragments',         'exact_hash',            false,  500, NULL,               false),
    ('fragments',         'sub_hashes',            false, NULL, NULL,               false),

    ('graph_nodes',       'id',                    true,  NULL, NULL,               false),
    ('graph_nodes',       'package_id',            false, NULL, 'packages',         false),
    ('graph_nodes',       'package_version_id',    false, NULL, 'package_versions', false),
    ('graph_nodes',       'file_id',               false, NULL, 'files',            false),
    ('graph_nodes',       'fragment_id',           false, NULL, 'fragments',        false),
    ('graph_nodes',       'engine',                true,   500, NULL,               false),
    ('graph_nodes',       'external_id',           false, 2000, NULL,               false),
    ('graph_nodes',       'kind',                  true,   500, NULL,               false),
    ('graph_nodes',       'module',                false, 2000, NULL,               false),
    ('graph_nodes',       'name',                  false, 2000, NULL,               false),
    ('graph_nodes',       'arity',                 false, NULL, NULL,               false),
    ('graph_nodes',       'qualified_name',        true,  2000, NULL,               false),
    ('graph_nodes',       'line',                  false, NULL, NULL,               false),
    ('graph_nodes',       'col',                   false, NULL, NULL,               false),
    ('graph_nodes',       'metadata',              false, NULL, NULL,               false),

    ('comments',          'package_id',            false, NULL, 'packages',         false),
    ('comments',          'package_version_id',    false, NULL, 'package_versions', false),
    ('comments',          'file_id',               true,  NULL, 'files',            true),
    ('comments',          'fragment_id',           false, NULL, 'fragments',        false),
    ('comments',          'text',                  true,  NULL, NULL,               true),
    ('comments',          'line',                  false, NULL, NULL,               true),
    ('comments',          'col',                   false, NULL, NULL,               true),

    ('definitions',       'package_id',            false, NULL, 'packages',         false),
    ('definitions',       'package_version_id',    false, NULL, 'package_versions', false),
    ('definitions',       'file_id',               true,  NULL, 'files',            true),
    ('definitions',       'fragment_id',           false, NULL, 'fragments',        false),
    ('definitions',       'kind',                  true,   500, NULL,               true),
    ('definitions',       'module',                false, 2000, NULL,               false),
    ('definitions',       'name',                  true,  2000, NULL,               false),
    ('definitions',       'arity',                 false, NULL, NULL,               false),
    ('definitions',       'qualified_name',        true,  2000, NULL,               true),
    ('definitions',       'line',                  false, NULL, NULL,               true),
    ('definitions',       'col',                   false, NULL, NULL,               true),

    ('symbol_references', 'package_id',            false, NULL, 'packages',         false),
    ('symbol_references', 'package_version_id',    false, NULL, 'package_versions', false),
    ('symbol_references', 'file_id',               true,  NULL, 'files',            true),
    ('symbol_references', 'fragment_id',           false, NULL, 'fragments',        false),
    ('symbol_references', 'kind',                  true,   500, NULL,               true),
    ('symbol_references', 'module',                false, 2000, NULL,               false),
    ('symbol_references', 'name',                  true,  2000, NULL,               false),
    ('symbol_references', 'arity',                 false, NULL, NULL,               false),
    ('symbol_references', 'qualified_name',        true,  2000, NULL,               true),
    ('symbol_references', 'line',                  false, NULL, NULL,               true),
    ('symbol_references', 'col',                   false, NULL, NULL,               true),

    ('call_edges',        'package_id',            false, NULL, 'packages',         false),
    ('call_edges',        'package_version_id',    false, NULL, 'package_versions', false),
    ('call_edges',        'file_id',               false, NULL, 'files',            false),
    ('call_edges',        'caller_node_id',        true,  NULL, 'graph_nodes',      true),
    ('call_edges',        'callee_node_id',        true,  NULL, 'graph_nodes',      true),
    ('call_edges',        'call_site_fragment_id', false, NULL, 'fragments',        false),
    ('call_edges',        'caller_qualified_name', true,  2000, NULL,               false),
    ('call_edges',        'callee_qualified_name', true,  2000, NULL,               false),
    ('call_edges',        'line',                  false, NULL, NULL,               true),
    ('call_edges',        'col',                   false, NULL, NULL,               true),
    ('call_edges',        'metadata',              false, NULL, NULL,               false),

    ('fragment_terms',    'fragment_id',           true,  NULL, 'fragments',        true),
    ('fragment_terms',    'term_id',               true,  NULL, 'terms',            true),

    ('fragment_term_sets', 'fragment_id',          true,  NULL, 'fragments',        true),
    ('fragment_term_sets', 'term_ids',             true,  NULL, 'terms',            false)
) AS v (table_name, column_name, required, max_bytes, refers_to, identity)) AS c USING (table_name)
ORDER BY t.position, c.position;

COMMENT ON VIEW exograph.staging_columns IS
    'Contract of the staging tables: the kind of the table (a dimension has ids and a natural key, a fact an identity; terms of '
    'fragments are staged as pairs or as sets, and counted as pairs, as fragment_terms), and per column whether a value is '
    'required, how long it may be in bytes, which staging table''s numbers it refers to, and whether it is part of a fact''s '
    'identity.';

-- The same, a line per table. is_full: all of its columns are required.
CREATE VIEW exograph_private.staging_tables AS
SELECT c.table_name, c.table_position, c.kind, bool_and(c.required) AS is_full
FROM exograph.staging_columns c
GROUP BY c.table_name, c.table_position, c.kind;
