SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_find.copies_of(
    fragment_id bigint, package text DEFAULT NULL, version text DEFAULT NULL, ecosystem text DEFAULT NULL,
    after bigint DEFAULT NULL, page integer DEFAULT NULL
)
RETURNS TABLE (
    ecosystem text, package text, version text, path text, line integer, end_line integer, kind text, module text, name text,
    arity integer, mass integer, file_id bigint, fragment_id bigint
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT f.ecosystem, f.package, f.version, f.path, g.line, g.end_line, g.kind, g.module, g.name, g.arity, g.mass, g.file_id,
           g.id
    FROM exograph.fragments o
    JOIN exograph.fragments g ON g.exact_hash = o.exact_hash AND g.id <> o.id
    JOIN exograph_find.placed_files f ON f.file_id = g.file_id
    WHERE o.id = $1
        AND ($2 IS NULL OR f.package = $2)
        AND ($3 IS NULL OR f.version = $3)
        AND ($4 IS NULL OR f.ecosystem = $4)
        AND ($5 IS NULL OR g.id > $5)
    ORDER BY g.id
    LIMIT exograph_find.at_least_one('page', $6)
$$;

COMMENT ON FUNCTION exograph_find.copies_of(bigint, text, text, text, bigint, integer) IS
'The other fragments of the same exact_hash: alike but for white space and comments. None of a fragment without that hash, which
is not there, or is NULL. package, version and ecosystem narrow it down where they are not NULL. By fragment_id; after =>
fragment_id of the last row goes on there, for page rows. Cost: the fragments of that hash, by index, for any page. Errors:
XG008, page is less than 1.';

CREATE OR REPLACE FUNCTION exograph_find.copies_of_file(
    file_id bigint, package text DEFAULT NULL, version text DEFAULT NULL, ecosystem text DEFAULT NULL, after bigint DEFAULT NULL,
    page integer DEFAULT NULL
)
RETURNS TABLE (ecosystem text, package text, version text, path text, file_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT f.ecosystem, f.package, f.version, f.path, c.id
    FROM exograph.files o
    JOIN exograph.files c ON c.sha256 = o.sha256 AND c.id <> o.id
    JOIN exograph_find.placed_files f ON f.file_id = c.id
    WHERE o.id = $1
        AND ($2 IS NULL OR f.package = $2)
        AND ($3 IS NULL OR f.version = $3)
        AND ($4 IS NULL OR f.ecosystem = $4)
        AND ($5 IS NULL OR c.id > $5)
    ORDER BY c.id
    LIMIT exograph_find.at_least_one('page', $6)
$$;

COMMENT ON FUNCTION exograph_find.copies_of_file(bigint, text, text, text, bigint, integer) IS
'The files of other versions and packages that have the same bytes; within a version such files are one, with several paths.
None of a file that is not there, or is NULL. package, version and ecosystem narrow it down where they are not NULL. By file_id;
after => file_id of the last row goes on there, for page rows. Cost: the files of that SHA-256, by index. Errors: XG008, page is
less than 1.';
