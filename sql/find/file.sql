SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_find.file(file_id bigint)
RETURNS TABLE (
    ecosystem text, package text, version text, path text, paths text[], lines integer, bytes integer, sha256 bytea, source text,
    comments_text text, file_id bigint
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT p.ecosystem, p.package, p.version, p.path,
           ARRAY(SELECT a.path FROM exograph.file_paths a WHERE a.file_id = f.id ORDER BY a.path),
           length(f.source) - length(replace(f.source, E'\n', ''))
               + CASE WHEN right(f.source, 1) IN ('', E'\n') THEN 0 ELSE 1 END,
           octet_length(f.source), f.sha256, f.source, f.comments_text, f.id
    FROM exograph.files f
    JOIN exograph_find.placed_files p ON p.file_id = f.id
    WHERE f.id = $1
$$;

COMMENT ON FUNCTION exograph_find.file(bigint) IS
'A file: what it is in, all its paths, how many lines, and the source itself. No rows where it is not there, or NULL. Cost: one
file.';

CREATE OR REPLACE FUNCTION exograph_find.file(
    path text, package text DEFAULT NULL, version text DEFAULT NULL, ecosystem text DEFAULT NULL, after bigint DEFAULT NULL,
    page integer DEFAULT NULL
)
RETURNS TABLE (
    ecosystem text, package text, version text, path text, paths text[], lines integer, bytes integer, sha256 bytea, source text,
    comments_text text, file_id bigint
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT f.*
    FROM exograph.file_paths a
    JOIN exograph_find.placed_files p ON p.file_id = a.file_id
    CROSS JOIN LATERAL exograph_find.file(a.file_id) f
    WHERE a.path = $1
        AND ($2 IS NULL OR p.package = $2)
        AND ($3 IS NULL OR p.version = $3)
        AND ($4 IS NULL OR p.ecosystem = $4)
        AND ($5 IS NULL OR a.file_id > $5)
    ORDER BY a.file_id
    LIMIT exograph_find.at_least_one('page', $6)
$$;

COMMENT ON FUNCTION exograph_find.file(text, text, text, text, bigint, integer) IS
'The files that have a path, of a package, version and ecosystem where those are not NULL; a version has several where loads
brought it with other contents. No rows where the path is not there, or NULL. By file_id; after => file_id of the last row goes
on there, for page rows. Cost: the files of that path in any package, by index. Errors: XG008, page is less than 1.';
