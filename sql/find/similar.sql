SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_find.similar(
    fragment_id bigint, minimum double precision DEFAULT 0.5, package text DEFAULT NULL, version text DEFAULT NULL,
    ecosystem text DEFAULT NULL, after text DEFAULT NULL, page integer DEFAULT NULL
)
RETURNS TABLE (
    similarity double precision, ecosystem text, package text, version text, path text, line integer, end_line integer, kind text,
    module text, name text, arity integer, mass integer, file_id bigint, fragment_id bigint, rank text
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT c.similarity, f.ecosystem, f.package, f.version, f.path, g.line, g.end_line, g.kind, g.module, g.name, g.arity, g.mass,
           g.file_id, g.id, ROW(c.similarity::numeric, pg_catalog.int8send(g.id))::exograph_find.rank::text
    FROM exograph.fragments g
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE h.times = 2)::double precision / count(*)::double precision
        FROM (
            SELECT count(*) AS times
            FROM (SELECT DISTINCT pg_catalog.unnest(g.sub_hashes)
                  UNION ALL
                  SELECT DISTINCT pg_catalog.unnest((SELECT o.sub_hashes FROM exograph.fragments o WHERE o.id = $1))) AS b (hash)
            GROUP BY b.hash
        ) h
    ) AS c (similarity)
    JOIN exograph_find.placed_files f ON f.file_id = g.file_id
    WHERE g.sub_hashes OPERATOR(pg_catalog.&&) (SELECT o.sub_hashes FROM exograph.fragments o WHERE o.id = $1)
        AND g.id <> $1
        AND c.similarity >= $2
        AND ($3 IS NULL OR f.package = $3)
        AND ($4 IS NULL OR f.version = $4)
        AND ($5 IS NULL OR f.ecosystem = $5)
        AND ($6 IS NULL OR c.similarity::numeric < ($6::exograph_find.rank).weight
             OR c.similarity::numeric = ($6::exograph_find.rank).weight
                AND pg_catalog.int8send(g.id) > ($6::exograph_find.rank).key)
    ORDER BY c.similarity DESC, g.id
    LIMIT exograph_find.at_least_one('page', $7)
$$;

COMMENT ON FUNCTION exograph_find.similar(bigint, double precision, text, text, text, text, integer) IS
'The other fragments that have hashes of sub-trees in common with one: similarity is how many of the hashes of either both have,
from minimum to 1. None of a fragment without sub_hashes, which is not there, or is NULL. package, version and ecosystem narrow
it down where they are not NULL. The most similar first; after => rank of the last row goes on there, for page rows. Cost: the
fragments that have one of the hashes, for any page: by GIN where exograph.add_similarity_index has built that, else all
fragments are read. Errors: XG008, page is less than 1.';
