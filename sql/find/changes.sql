SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_find.changed_files(before bigint, now bigint)
RETURNS TABLE (change text, path text, old_path text, file_id bigint, old_file_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    WITH old AS (
        SELECT p.path, string_agg(pg_catalog.encode(f.sha256, 'hex'), ' ' ORDER BY f.sha256) AS content, min(f.id) AS id
        FROM exograph.files f JOIN exograph.file_paths p ON p.file_id = f.id
        WHERE f.package_version_id = $1
        GROUP BY p.path
    ), new AS (
        SELECT p.path, string_agg(pg_catalog.encode(f.sha256, 'hex'), ' ' ORDER BY f.sha256) AS content, min(f.id) AS id
        FROM exograph.files f JOIN exograph.file_paths p ON p.file_id = f.id
        WHERE f.package_version_id = $2
        GROUP BY p.path
    ), gone AS (
        SELECT o.*, row_number() OVER (PARTITION BY o.content ORDER BY o.path) AS place
        FROM old o
        WHERE NOT EXISTS (SELECT FROM new n WHERE n.path = o.path)
    ), come AS (
        SELECT n.*, row_number() OVER (PARTITION BY n.content ORDER BY n.path) AS place
        FROM new n
        WHERE NOT EXISTS (SELECT FROM old o WHERE o.path = n.path)
    )
    SELECT CASE WHEN g.id IS NULL THEN 'added' WHEN c.id IS NULL THEN 'removed' ELSE 'moved' END, c.path, g.path, c.id, g.id
    FROM gone g FULL JOIN come c ON c.content = g.content AND c.place = g.place
    UNION ALL
    SELECT 'changed', n.path, o.path, n.id, o.id
    FROM old o JOIN new n ON n.path = o.path AND n.content <> o.content
$$;

COMMENT ON FUNCTION exograph_find.changed_files(bigint, bigint) IS
'For questions: the paths that differ between two versions. One that went is moved to one that came with the same bytes, in the
order of paths.';

CREATE OR REPLACE FUNCTION exograph_find.changed_definitions(before bigint, now bigint)
RETURNS TABLE (change text, kind text, qualified_name text, arity integer, file_id bigint, old_file_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT CASE WHEN pg_catalog.bool_and(d.is_new) THEN 'added' WHEN pg_catalog.bool_or(d.is_new) THEN 'changed'
                ELSE 'removed' END,
           d.kind, d.qualified_name, d.arity, min(d.file_id) FILTER (WHERE d.is_new), min(d.file_id) FILTER (WHERE NOT d.is_new)
    FROM (
        SELECT v.is_new, d.kind, d.qualified_name, d.arity, d.file_id,
               coalesce(pg_catalog.encode(g.exact_hash, 'hex'), '') AS hash
        FROM (VALUES ($1, false), ($2, true)) AS v (id, is_new)
        JOIN exograph.files f ON f.package_version_id = v.id
        JOIN exograph.definitions d ON d.file_id = f.id
        LEFT JOIN exograph.fragments g ON g.id = d.fragment_id
    ) d
    GROUP BY d.kind, d.qualified_name, d.arity
    HAVING string_agg(d.hash, ' ' ORDER BY d.hash) FILTER (WHERE d.is_new)
        IS DISTINCT FROM string_agg(d.hash, ' ' ORDER BY d.hash) FILTER (WHERE NOT d.is_new)
$$;

COMMENT ON FUNCTION exograph_find.changed_definitions(bigint, bigint) IS
'For questions: the definitions, told apart by kind, qualified name and arity, whose fragments have other exact hashes in one
version than in another. One without fragment or hash differs only from one that has them.';

-- The limit is computed first of all, and the versions with it: what is wrong with them is told in any case.
CREATE OR REPLACE FUNCTION exograph_find.changes(
    package text, before text, now text, ecosystem text DEFAULT NULL, after text DEFAULT NULL,
    page integer DEFAULT NULL
)
RETURNS TABLE (
    what text, change text, kind text, name text, arity integer, path text, old_path text, file_id bigint, old_file_id bigint,
    place text
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    WITH versions AS MATERIALIZED (
        SELECT exograph_find.versions_of($1, coalesce($2, ''), $4) AS before,
               exograph_find.versions_of($1, coalesce($3, ''), $4) AS now
    ), changed AS (
        SELECT 'definition' AS what, d.change, d.kind, d.qualified_name AS name, d.arity, n.path, o.path AS old_path, d.file_id,
               d.old_file_id
        FROM exograph_find.changed_definitions((SELECT v.before FROM versions v), (SELECT v.now FROM versions v)) d
        LEFT JOIN exograph.files n ON n.id = d.file_id
        LEFT JOIN exograph.files o ON o.id = d.old_file_id
        UNION ALL
        SELECT 'file', f.change, NULL, coalesce(f.path, f.old_path), NULL, f.path, f.old_path, f.file_id, f.old_file_id
        FROM exograph_find.changed_files((SELECT v.before FROM versions v), (SELECT v.now FROM versions v)) f
    )
    SELECT c.*, k.place::text
    FROM changed c
    CROSS JOIN LATERAL (
        SELECT ROW(c.what, c.name, coalesce(c.arity, -1), coalesce(c.kind, ''))::exograph_find.change
    ) AS k (place)
    WHERE $5 IS NULL OR k.place OPERATOR(pg_catalog.>) (SELECT $5::exograph_find.change)
    ORDER BY k.place
    LIMIT (SELECT exograph_find.at_least_one('page', $6) FROM versions)
$$;

COMMENT ON FUNCTION exograph_find.changes(text, text, text, text, text, integer) IS
'What differs between two versions of a package. Definitions are added, removed, or changed: told apart by kind, qualified name
and arity, they are the same where their fragments have the same exact hashes, in whatever file; one without fragment or hash is
changed only where it had or has one. Files, told apart by path, are added, removed, changed, or moved: gone here, and come
there with the same bytes. Definitions first, by name, then files; after => place of the last row goes on there, for page rows.
Cost: the files, definitions and fragments of both versions, by index in every partition, for any page. Errors: XG008, there is
no such package or version, several ecosystems have the package, or page is less than 1.';
