SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- The limit is computed first of all: what is wrong with the packages is told there, even where nothing is looked at after that.
CREATE OR REPLACE FUNCTION exograph_find.shared_code(
    package text, other text, version text DEFAULT NULL, other_version text DEFAULT NULL, ecosystem text DEFAULT NULL,
    other_ecosystem text DEFAULT NULL, minimum_mass integer DEFAULT 1, after text DEFAULT NULL,
    page integer DEFAULT NULL
)
RETURNS TABLE (
    mass integer, kind text, version text, path text, line integer, end_line integer, module text, name text, copies bigint,
    fragment_id bigint, other_version text, other_path text, other_line integer, other_end_line integer, other_module text,
    other_name text, other_copies bigint, other_fragment_id bigint, rank text
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    WITH sides AS MATERIALIZED (
        SELECT true AS is_other, v.id
        FROM exograph_find.versions_of($2, $4, coalesce($6, $5)) AS v (id)
        UNION ALL
        SELECT false, v.id FROM exograph_find.versions_of($1, $3, $5) AS v (id)
    ), shared AS (
        SELECT g.exact_hash, min(g.id) FILTER (WHERE NOT s.is_other) AS id, count(*) FILTER (WHERE NOT s.is_other) AS copies,
               min(g.id) FILTER (WHERE s.is_other) AS other_id, count(*) FILTER (WHERE s.is_other) AS other_copies
        FROM sides s
        JOIN exograph.files f ON f.package_version_id = s.id
        JOIN exograph.fragments g ON g.file_id = f.id
        WHERE g.exact_hash IS NOT NULL AND g.mass >= $7
        GROUP BY g.exact_hash
        HAVING pg_catalog.bool_or(s.is_other) AND NOT pg_catalog.bool_and(s.is_other)
    )
    SELECT g.mass, g.kind, f.version, f.path, g.line, g.end_line, g.module, g.name, s.copies, g.id, o.version, o.path, h.line,
           h.end_line, h.module, h.name, s.other_copies, h.id, ROW(g.mass, s.exact_hash)::exograph_find.rank::text
    FROM shared s
    JOIN exograph.fragments g ON g.id = s.id
    JOIN exograph_find.placed_files f ON f.file_id = g.file_id
    JOIN exograph.fragments h ON h.id = s.other_id
    JOIN exograph_find.placed_files o ON o.file_id = h.file_id
    WHERE $8 IS NULL OR g.mass::numeric < ($8::exograph_find.rank).weight
        OR g.mass::numeric = ($8::exograph_find.rank).weight AND s.exact_hash > ($8::exograph_find.rank).key
    ORDER BY g.mass DESC, s.exact_hash
    LIMIT (SELECT exograph_find.at_least_one('page', $9) FROM (SELECT count(*) FROM sides) AS are_there)
$$;

COMMENT ON FUNCTION exograph_find.shared_code(text, text, text, text, text, text, integer, text, integer) IS
'What two packages, or two versions of one, have in common: each exact_hash of both that has minimum_mass nodes or more, with
how many fragments have it here and there, and the first of them. What lies inside such a fragment is shared as well, and told,
too. A version that is NULL is all of the package; other_ecosystem that is NULL is the same as ecosystem. The largest first;
after => rank of the last row goes on there, for page rows. Cost: the fragments of both, through their files, for any page.
Errors: XG008, there is no such package or version, several ecosystems have it, or page is less than 1.';
