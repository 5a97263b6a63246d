SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Rows of each package in each table, and a weight by which they share the bytes of the table: the size of what is large and
-- differs (a source, a tree, a set of terms), else the number of rows. What is stored outside of the row is not read for it.
CREATE OR REPLACE FUNCTION exograph_private.package_rows()
RETURNS TABLE (table_name text, package_id bigint, rows bigint, weight numeric)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT 'package_versions', v.package_id, count(*), count(*)::numeric
    FROM exograph.package_versions v GROUP BY v.package_id
    UNION ALL
    SELECT 'files', f.package_id, count(*), sum(100 + pg_column_size(f.source) + pg_column_size(f.comments_text))
    FROM exograph.files f GROUP BY f.package_id
    UNION ALL
    SELECT 'file_paths', f.package_id, count(*), count(*)
    FROM exograph.file_paths p JOIN exograph.files f ON f.id = p.file_id GROUP BY f.package_id
    UNION ALL
    SELECT 'fragments', f.package_id, count(*), sum(200 + pg_column_size(f.ast) + pg_column_size(f.sub_hashes))
    FROM exograph.fragments f GROUP BY f.package_id
    UNION ALL
    SELECT 'graph_nodes', n.package_id, count(*), count(*) FROM exograph.graph_nodes n GROUP BY n.package_id
    UNION ALL
    SELECT 'comments', c.package_id, count(*), sum(100 + pg_column_size(c.text)) FROM exograph.comments c GROUP BY c.package_id
    UNION ALL
    SELECT 'definitions', d.package_id, count(*), count(*) FROM exograph.definitions d GROUP BY d.package_id
    UNION ALL
    SELECT 'symbol_references', r.package_id, count(*), count(*) FROM exograph.symbol_references r GROUP BY r.package_id
    UNION ALL
    SELECT 'call_edges', e.package_id, count(*), count(*) FROM exograph.call_edges e GROUP BY e.package_id
    UNION ALL
    SELECT 'fragment_term_sets', f.package_id, count(*), sum(50 + pg_column_size(s.term_ids))
    FROM exograph.fragment_term_sets s JOIN exograph.fragments f ON f.id = s.fragment_id GROUP BY f.package_id
$$;
