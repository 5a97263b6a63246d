SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What migrations have made and check_index expects to find, as a list: the catalog of a damaged index cannot say what it lacks.
-- A test compares it with an installation.

-- Columns that refer to another table, all of one column. on_orphan: what becomes of a row that refers to none. has_key: there is
-- a foreign key, named after table and column; what comes by the million has none.
CREATE VIEW exograph_private.references AS
SELECT r.table_name, r.column_name, r.parent, CASE r.parent WHEN 'loads' THEN 'load_id' ELSE 'id' END AS parent_column,
       r.on_orphan, r.has_key
FROM (VALUES
    ('package_versions',   'package_id',            'packages',         'delete', true),
    ('files',              'package_id',            'packages',         'delete', true),
    ('files',              'package_version_id',    'package_versions', 'delete', true),
    ('file_paths',         'file_id',               'files',            'delete', true),
    ('fragments',          'file_id',               'files',            'delete', false),
    ('graph_nodes',        'package_version_id',    'package_versions', 'delete', false),
    ('graph_nodes',        'file_id',               'files',            'delete', false),
    ('graph_nodes',        'fragment_id',           'fragments',        'clear',  false),
    ('comments',           'file_id',               'files',            'delete', false),
    ('comments',           'fragment_id',           'fragments',        'clear',  false),
    ('definitions',        'file_id',               'files',            'delete', false),
    ('definitions',        'fragment_id',           'fragments',        'clear',  false),
    ('symbol_references',  'file_id',               'files',            'delete', false),
    ('symbol_references',  'fragment_id',           'fragments',        'clear',  false),
    ('call_edges',         'package_version_id',    'package_versions', 'delete', false),
    ('call_edges',         'file_id',               'files',            'delete', false),
    ('call_edges',         'caller_node_id',        'graph_nodes',      'delete', false),
    ('call_edges',         'callee_node_id',        'graph_nodes',      'delete', false),
    ('call_edges',         'call_site_fragment_id', 'fragments',        'clear',  false),
    ('fragment_term_sets', 'fragment_id',           'fragments',        'delete', false),
    ('complete_facts',     'file_id',               'files',            'delete', true),
    ('complete_facts',     'load_id',               'loads',            'delete', false),
    ('load_tables',        'load_id',               'loads',            'delete', true),
    ('load_phases',        'load_id',               'loads',            'delete', true),
    ('load_rejects',       'load_id',               'loads',            'delete', true),
    ('load_attempts',      'load_id',               'loads',            'delete', true),
    ('reserved_ids',       'load_id',               'loads',            'delete', true)
) AS r (table_name, column_name, parent, on_orphan, has_key);

-- Constraints that queries and loads rely on: keys, and one CHECK.
CREATE VIEW exograph_private.expected_constraints AS
SELECT r.table_name, format('%s_%s_fkey', r.table_name, r.column_name) AS name,
       format('FOREIGN KEY (%s) REFERENCES exograph.%s(%s) ON DELETE %s', r.column_name, r.parent, r.parent_column,
              CASE r.on_orphan WHEN 'clear' THEN 'SET NULL' ELSE 'CASCADE' END) AS definition
FROM exograph_private.references r
WHERE r.has_key
UNION ALL
SELECT table_name, table_name || '_pkey', 'PRIMARY KEY (id)'
FROM (VALUES ('packages'), ('package_versions'), ('files'), ('terms'), ('fragments'), ('graph_nodes')) AS k (table_name)
UNION ALL
VALUES
    ('code_versions', 'code_versions_pkey', 'PRIMARY KEY (name)'),
    ('complete_facts', 'complete_facts_pkey', 'PRIMARY KEY (file_id, load_id)'),
    ('deferred_indexes', 'deferred_indexes_pkey', 'PRIMARY KEY (index_name)'),
    ('file_paths', 'file_paths_natural_key', 'PRIMARY KEY (file_id, path)'),
    ('fragment_term_sets_shared', 'row_wise_set_holds_one_term_at_most',
     'CHECK (((load_id <> 0) OR (cardinality(term_ids) <= 1)))'),
    ('files', 'files_natural_key', 'UNIQUE NULLS NOT DISTINCT (package_version_id, sha256)'),
    ('fragments', 'fragments_natural_key', 'UNIQUE NULLS NOT DISTINCT (content_hash, file_id, line, end_line)'),
    ('gate', 'gate_pkey', 'PRIMARY KEY (one_row)'),
    ('load_attempts', 'load_attempts_pkey', 'PRIMARY KEY (load_id, attempt)'),
    ('load_phases', 'load_phases_pkey', 'PRIMARY KEY (load_id, "position")'),
    ('load_tables', 'load_tables_pkey', 'PRIMARY KEY (load_id, table_name)'),
    ('loads', 'loads_pkey', 'PRIMARY KEY (load_id)'),
    ('package_versions', 'package_versions_natural_key', 'UNIQUE NULLS NOT DISTINCT (package_id, version)'),
    ('packages', 'packages_natural_key', 'UNIQUE NULLS NOT DISTINCT (ecosystem, name)'),
    ('reservation_turns', 'reservation_turns_pkey', 'PRIMARY KEY (table_name)'),
    ('reserved_ids', 'reserved_ids_pkey', 'PRIMARY KEY (load_id, table_name, first)');

-- Indexes that no constraint owns, as far as it comes after ON exograph.table USING.
CREATE VIEW exograph_private.expected_indexes AS
SELECT i.table_name, i.name,
       format('CREATE %sINDEX %s ON exograph.%s USING %s', CASE WHEN i.is_unique THEN 'UNIQUE ' END, i.name, i.table_name, i.what)
           AS definition
FROM (VALUES
    ('call_edges', 'call_edges_call_site_fragment_id', false,
     'btree (call_site_fragment_id) WHERE (call_site_fragment_id IS NOT NULL)'),
    ('call_edges', 'call_edges_callee_node_id', false, 'btree (callee_node_id)'),
    ('call_edges', 'call_edges_callee_qualified_name', false, 'btree (callee_qualified_name)'),
    ('call_edges', 'call_edges_file_id', false, 'btree (file_id)'),
    ('call_edges', 'call_edges_identity', true,
     'btree (caller_node_id, callee_node_id, line, col, load_id) NULLS NOT DISTINCT'),
    ('call_edges', 'call_edges_package', false, 'brin (package_id, package_version_id)'),
    ('comments', 'comments_fragment_id', false, 'btree (fragment_id) WHERE (fragment_id IS NOT NULL)'),
    ('comments', 'comments_identity', true,
     'btree (file_id, line, col, exograph.text_digest(text), load_id) NULLS NOT DISTINCT'),
    ('comments', 'comments_package', false, 'brin (package_id, package_version_id)'),
    ('definitions', 'definitions_fragment_id', false, 'btree (fragment_id) WHERE (fragment_id IS NOT NULL)'),
    ('definitions', 'definitions_identity', true,
     'btree (file_id, line, col, kind, qualified_name, load_id) NULLS NOT DISTINCT'),
    ('definitions', 'definitions_name', false, 'btree (name)'),
    ('definitions', 'definitions_package', false, 'brin (package_id, package_version_id)'),
    ('definitions', 'definitions_qualified_name', false, 'btree (qualified_name)'),
    ('file_paths', 'file_paths_path', false, 'btree (path)'),
    ('files', 'files_package_id', false, 'btree (package_id)'),
    ('files', 'files_path', false, 'btree (path)'),
    ('files', 'files_sha256', false, 'btree (sha256)'),
    ('fragment_term_sets', 'fragment_term_sets_identity', true, 'btree (fragment_id, load_id, (term_ids[1]))'),
    ('fragment_term_sets', 'fragment_term_sets_term_ids', false, 'gin (term_ids)'),
    ('fragments', 'fragments_exact_hash', false, 'btree (exact_hash)'),
    ('fragments', 'fragments_file_id', false, 'btree (file_id)'),
    ('fragments', 'fragments_package', false, 'brin (package_id, package_version_id)'),
    ('graph_nodes', 'graph_nodes_file_id', false, 'btree (file_id)'),
    ('graph_nodes', 'graph_nodes_fragment_id', false, 'btree (fragment_id) WHERE (fragment_id IS NOT NULL)'),
    ('graph_nodes', 'graph_nodes_natural_key', true,
     'btree (exograph.graph_node_digest(package_version_id, file_id, engine, kind, external_id, qualified_name, line, col))'),
    ('graph_nodes', 'graph_nodes_package', false, 'brin (package_id, package_version_id)'),
    ('graph_nodes', 'graph_nodes_qualified_name', false, 'btree (qualified_name)'),
    ('load_dependencies', 'load_dependencies_depends_on', false, 'btree (depends_on, load_id, table_name)'),
    ('load_dependencies', 'load_dependencies_load_id', false, 'btree (load_id)'),
    ('load_phases', 'load_phases_analyze', false, 'btree (table_name, started_at) WHERE (phase = ''analyze''::text)'),
    ('load_rejects', 'load_rejects_load_id', false, 'btree (load_id)'),
    ('loads', 'loads_open', false, 'btree (load_id) WHERE (state = ''open''::text)'),
    ('symbol_references', 'symbol_references_fragment_id', false, 'btree (fragment_id) WHERE (fragment_id IS NOT NULL)'),
    ('symbol_references', 'symbol_references_identity', true,
     'btree (file_id, line, col, kind, qualified_name, load_id) NULLS NOT DISTINCT'),
    ('symbol_references', 'symbol_references_package', false, 'brin (package_id, package_version_id)'),
    ('symbol_references', 'symbol_references_qualified_name', false, 'btree (qualified_name)'),
    ('terms', 'terms_natural_key', true, 'btree (exograph.text_digest(term))'),
    ('terms', 'terms_term', false, 'hash (term)')
) AS i (table_name, name, is_unique, what);

-- Tables of schema exograph, partitions apart.
CREATE VIEW exograph_private.expected_tables AS
SELECT 'schemaversions' AS table_name
UNION
SELECT c.table_name FROM exograph_private.expected_constraints c WHERE c.table_name <> 'fragment_term_sets_shared'
UNION
SELECT i.table_name FROM exograph_private.expected_indexes i;

-- Triggers of the index tables and of the inserter views, as the code makes them. event: what comes before ON table, what: after.
CREATE VIEW exograph_private.expected_triggers AS
SELECT t.schema_name, t.table_name, t.name,
       format('CREATE TRIGGER %s %s ON %s.%s %s EXECUTE FUNCTION %s', t.name, t.event, t.schema_name, t.table_name, t.what,
              t.function) AS definition
FROM (
    SELECT 'exograph' AS schema_name, v.table_name, 'void_declarations' AS name, 'AFTER DELETE' AS event,
           'REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT' AS what,
           format('exograph.void_declarations(%s)', v.arguments) AS function
    FROM (VALUES ('comments', '''comments'''), ('definitions', '''definitions'''), ('symbol_references', '''symbol_references'''),
                 ('call_edges', '''call_edges'''), ('fragments', '''fragments'', ''fragment_terms'''),
                 ('graph_nodes', '''graph_nodes''')) AS v (table_name, arguments)
    UNION ALL
    VALUES
        ('exograph', 'fragment_term_sets', 'void_declarations_of_terms', 'AFTER DELETE',
         'REFERENCING OLD TABLE AS old_sets FOR EACH STATEMENT', 'exograph.void_declarations_of_terms()'),
        ('exograph', 'fragment_term_sets', 'void_declarations_of_changed_terms', 'AFTER UPDATE',
         'REFERENCING OLD TABLE AS old_sets NEW TABLE AS new_sets FOR EACH STATEMENT', 'exograph.void_declarations_of_terms()'),
        ('exograph', 'fragment_terms', 'delete_fragment_term', 'INSTEAD OF DELETE', 'FOR EACH ROW',
         'exograph.delete_fragment_term()'),
        ('exograph', 'terms', 'delete_facts_of_terms', 'AFTER DELETE',
         'REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT', 'exograph.delete_facts_of_terms()')
    UNION ALL
    SELECT 'exograph', d.table_name, t.name, t.event, t.what, format('exograph.%s()', t.name)
    FROM (VALUES ('packages'), ('package_versions'), ('files'), ('terms'), ('fragments'), ('graph_nodes')) AS d (table_name)
    CROSS JOIN (VALUES ('enter_deletion', 'BEFORE DELETE', 'FOR EACH STATEMENT'),
                       ('remove_dependents', 'AFTER DELETE', 'REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT'),
                       ('refuse_other_id', 'BEFORE UPDATE OF id', 'FOR EACH STATEMENT'),
                       ('refuse_truncate', 'AFTER TRUNCATE', 'FOR EACH STATEMENT'))
        AS t (name, event, what)
    WHERE t.name <> 'remove_dependents' OR d.table_name NOT IN ('packages', 'terms')
    UNION ALL
    SELECT 'exograph_in', v.view, coalesce(t.name, 'insert_' || v.row), t.event, t.what,
           format('exograph_private.%s()', coalesce(t.function, 'insert_' || v.row))
    FROM (VALUES ('packages', 'package'), ('package_versions', 'package_version'), ('files', 'file'), ('terms', 'term'),
                 ('fragments', 'fragment'), ('graph_nodes', 'graph_node'), ('comments', 'comment'), ('definitions', 'definition'),
                 ('symbol_references', 'symbol_reference'), ('call_edges', 'call_edge'), ('fragment_terms', 'fragment_term'))
        AS v (view, row)
    CROSS JOIN (VALUES ('enter_gate', 'BEFORE INSERT', 'FOR EACH STATEMENT', 'enter_gate'),
                       (NULL, 'INSTEAD OF INSERT', 'FOR EACH ROW', NULL),
                       ('refuse_change', 'BEFORE DELETE OR UPDATE', 'FOR EACH STATEMENT', 'refuse_change'),
                       ('refuse_row_change', 'INSTEAD OF DELETE OR UPDATE', 'FOR EACH ROW', 'refuse_change'))
        AS t (name, event, what, function)
) t;

-- Keys by which rows of dimensions are told apart, with the index that keeps them unique. look_up: how a row a is found again as
-- b by that index, where column never_null is not NULL.
CREATE VIEW exograph_private.dimension_keys AS
SELECT table_name, table_name || '_pkey' AS index_name, 'id' AS columns, 'b.id = a.id' AS look_up, 'id' AS never_null
FROM (VALUES ('packages'), ('package_versions'), ('files'), ('terms'), ('fragments'), ('graph_nodes')) AS k (table_name)
UNION ALL
VALUES
    ('packages', 'packages_natural_key', 'ecosystem, name', 'b.ecosystem = a.ecosystem AND b.name = a.name', 'name'),
    ('package_versions', 'package_versions_natural_key', 'package_id, version',
     'b.package_id = a.package_id AND b.version = a.version', 'version'),
    ('files', 'files_natural_key', 'package_version_id, sha256',
     'b.package_version_id = a.package_version_id AND b.sha256 = a.sha256', 'package_version_id'),
    ('file_paths', 'file_paths_natural_key', 'file_id, path', 'b.file_id = a.file_id AND b.path = a.path', 'path'),
    ('terms', 'terms_natural_key', 'term', 'exograph.text_digest(b.term) = exograph.text_digest(a.term)', 'term'),
    ('fragments', 'fragments_natural_key', 'content_hash, file_id, line, end_line',
     'b.content_hash = a.content_hash AND b.file_id = a.file_id AND b.line = a.line', 'line'),
    ('graph_nodes', 'graph_nodes_natural_key',
     'package_version_id, file_id, engine, kind, external_id, qualified_name, line, col',
     'exograph.graph_node_digest(b.package_version_id, b.file_id, b.engine, b.kind, b.external_id, b.qualified_name, b.line, '
     'b.col) = exograph.graph_node_digest(a.package_version_id, a.file_id, a.engine, a.kind, a.external_id, a.qualified_name, '
     'a.line, a.col)', 'qualified_name');
