SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What each column of the inserter views is for. A line that names views (first) goes before one that is for all others (*).
DO $$
DECLARE
    v_column record;
BEGIN
    FOR v_column IN
        WITH of_views (views, columns, comment) AS (VALUES
            ('*', 'id', 'Comes back. The index gives it; never given.'),

            -- How a version is named
            ('*', 'package_id', 'Names the version in place of ecosystem and package. Comes back.'),
            ('*', 'package_version_id', 'Names the version in place of its key. Comes back.'),
            ('*', 'ecosystem', 'Names the version, with package and version. Comes back as given.'),
            ('*', 'package', 'Names the version, with ecosystem and version. Comes back as given.'),
            ('*', 'version', 'Names the version, with ecosystem and package, or package_id. Comes back as given.'),

            -- A file
            ('*', 'file_id', 'Names the file in place of its version and file_sha256. Comes back. Required, or its key.'),
            ('*', 'file_sha256', 'Names the file, with its version; without any, a file of no package. Comes back as given.'),
            ('graph_nodes call_edges', 'file_id',
             'Names the file in place of its version and file_sha256; may be NULL. Comes back.'),
            ('graph_nodes call_edges', 'file_sha256', 'Names the file, with its version; may be NULL. Comes back as given.'),

            -- A fragment
            ('*', 'fragment_id', 'Names the fragment in place of fragment_content_hash; may be NULL. Comes back.'),
            ('*', 'fragment_content_hash',
             'Names the fragment: that of the row''s file or, where it has none such, the only one. Comes back as given.'),

            -- What a row says
            ('*', 'module name arity end_line exact_hash source_ref checksum', 'May be NULL. Comes back.'),
            ('*', 'metadata sub_hashes', 'NULL is {}. Comes back.'),
            ('*', 'line col', 'Part of the identity, as given; may be NULL.'),
            ('*', 'kind qualified_name text', 'Required. Part of the identity.'),

            -- Where a view differs
            ('packages', 'ecosystem', 'Required. The key, with name.'),
            ('packages', 'name', 'Required. The key, with ecosystem.'),
            ('package_versions', 'package_id', 'Names the package in place of ecosystem and package. Comes back.'),
            ('package_versions', 'ecosystem', 'Names the package, with package. Comes back as given.'),
            ('package_versions', 'package', 'Names the package, with ecosystem. Comes back as given.'),
            ('package_versions', 'version', 'Required. The key, with the package.'),
            ('files', 'path', 'Required, and recorded. The path that the content was first seen under comes back.'),
            ('files', 'source', 'Required. Comes back.'),
            ('files', 'comments_text', 'NULL is the empty text. Comes back.'),
            ('files', 'sha256', 'Required. The key, with the version.'),
            ('terms', 'term', 'Required. The key.'),
            ('fragments', 'content_hash',
             'The key, with file, line and end_line. NULL is exograph.fragment_content_hash. Comes back.'),
            ('fragments', 'ast kind line mass', 'Required. Comes back.'),
            ('graph_nodes', 'engine kind qualified_name', 'Required. Part of the key.'),
            ('graph_nodes', 'external_id line col', 'Part of the key; may be NULL.'),
            ('definitions symbol_references', 'name', 'Required. Comes back.'),
            ('call_edges', 'call_site_fragment_id',
             'Names the fragment of the call in place of call_site_content_hash; may be NULL. Comes back.'),
            ('call_edges', 'call_site_content_hash',
             'Names the fragment of the call: that of the row''s file or, where it has none such, the only one. Comes back as '
             'given.'),
            ('fragment_terms', 'fragment_id',
             'Names the fragment in place of fragment_content_hash. Comes back. Required, or the hash.'),
            ('fragment_terms', 'fragment_content_hash', 'Names the fragment, where no other has this hash. Comes back as given.'),
            ('fragment_terms', 'term_id', 'Names the term in place of term. Comes back. Required, or the term.'),
            ('fragment_terms', 'term', 'Names the term, and makes it. Comes back as given.')
        ), of_nodes (columns, comment) AS (VALUES -- of a call: caller_... and callee_...
            ('node_id',
             'Names the %s in place of its key, all or part of which may be given, too. Comes back. Required, or the key.'),
            ('qualified_name', 'Required. Part of the %s''s key, and kept with the call. Comes back.'),
            ('ecosystem', 'Part of the %s''s key, with its package and version; may be NULL.'),
            ('package', 'Part of the %s''s key, with its ecosystem and version; may be NULL.'),
            ('version', 'Part of the %s''s key, with its ecosystem and package; may be NULL.'),
            ('file_sha256', 'Part of the %s''s key, with its version; may be NULL.'),
            ('engine kind', 'Part of the %s''s key; required with it.'),
            ('external_id line col', 'Part of the %s''s key; may be NULL.')
        ), list AS (
            SELECT v.view, n.name, d.comment
            FROM of_views d, string_to_table(d.views, ' ') v (view), string_to_table(d.columns, ' ') n (name)
            UNION ALL
            SELECT 'call_edges', r.role || '_' || n.name, format(d.comment, r.role)
            FROM of_nodes d, string_to_table(d.columns, ' ') n (name), unnest('{caller,callee}'::text[]) r (role)
        )
        SELECT DISTINCT ON (a.attrelid, a.attnum) a.attrelid::regclass AS view, a.attname AS name, l.comment
        FROM pg_trigger t
        JOIN pg_attribute a ON a.attrelid = t.tgrelid AND a.attnum > 0
        JOIN pg_class c ON c.oid = a.attrelid
        JOIN list l ON l.name = a.attname AND l.view IN (c.relname, '*')
        WHERE t.tgfoid = 'exograph_private.enter_gate'::regproc
        ORDER BY a.attrelid, a.attnum, l.view = '*'
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', v_column.view, v_column.name, v_column.comment);
    END LOOP;
END
$$;
