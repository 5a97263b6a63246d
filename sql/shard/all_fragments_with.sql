SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_all.fragments_with(
    terms text[], package text DEFAULT NULL, version text DEFAULT NULL, ecosystem text DEFAULT NULL, kind text DEFAULT NULL,
    page integer DEFAULT NULL
)
RETURNS TABLE (
    shard integer, ecosystem text, package text, version text, path text, line integer, end_line integer, kind text, module text,
    name text, arity integer, mass integer
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.shard, r.*
    FROM exograph_private.ask_shards(exograph_all.shards_of($2, $4), format(
        'SELECT f.ecosystem, f.package, f.version, f.path, f.line, f.end_line, f.kind, f.module, f.name, f.arity, f.mass
         FROM exograph_find.fragments_with(%L, %L, %L, %L, %L) f
         ORDER BY f.ecosystem COLLATE "C", f.package COLLATE "C", f.version COLLATE "C", f.path COLLATE "C", f.line, f.end_line,
                  f.kind COLLATE "C"
         LIMIT %L', $1, $2, $3, $4, $5, exograph_find.at_least_one('page', $6))) a
    CROSS JOIN LATERAL jsonb_to_record(a.answer) AS r (
        ecosystem text, package text, version text, path text, line integer, end_line integer, kind text, module text, name text,
        arity integer, mass integer)
    ORDER BY r.ecosystem COLLATE "C", r.package COLLATE "C", r.version COLLATE "C", r.path COLLATE "C", r.line, r.end_line,
             r.kind COLLATE "C"
    LIMIT $6
$$;

COMMENT ON FUNCTION exograph_all.fragments_with(text[], text, text, text, text, integer) IS
'Fragments that hold all of some terms, on all attached shards: exograph_find.fragments_with for a cluster. By package, version,
path and line; page => n tells the first n. Cost: exograph_find.fragments_with on each shard at once, or on the one that has the
package. Errors: 08001, a shard cannot be reached; 55000, the package is on a detached shard; XG008, no term is named, one is
NULL, or page is less than 1.';
