SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- A fragment may have its copies on other shards. Those that have some on their own are copies anyway: what is among the first n
-- is at least as large as the n-th of these, and only what is goes to the coordinator.
CREATE OR REPLACE FUNCTION exograph_all.largest_copies(page integer DEFAULT 10, minimum_mass integer DEFAULT 1)
RETURNS TABLE (
    mass integer, copies bigint, kind text, module text, name text, shard integer, ecosystem text, package text, version text,
    path text, line integer, end_line integer, exact_hash bytea
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_page   integer   := exograph_find.at_least_one('page', page);
    v_shards integer[] := exograph_all.shards_of(NULL, NULL);
    v_least  integer   := exograph_find.at_least_one('minimum_mass', minimum_mass);
    v_counts text      := 'SELECT g.exact_hash, max(g.mass) AS mass, count(*) AS copies FROM exograph.fragments g '
                          'WHERE g.mass >= %L AND g.exact_hash IS NOT NULL GROUP BY g.exact_hash';
    v_copies jsonb;
BEGIN
    SELECT min(f.mass) INTO v_least
    FROM (
        SELECT max((a.answer ->> 'mass')::integer) AS mass
        FROM exograph_private.ask_shards(v_shards, format(
            v_counts || ' HAVING count(*) > 1 ORDER BY mass DESC LIMIT %L', coalesce(v_least, 1), v_page)) a
        GROUP BY a.answer ->> 'exact_hash'
        ORDER BY 1 DESC
        LIMIT v_page
    ) f
    HAVING count(*) = v_page; -- else whatever there is
    SELECT jsonb_object_agg(f.exact_hash, jsonb_build_object('mass', f.mass, 'copies', f.copies)) INTO v_copies
    FROM (
        SELECT a.answer ->> 'exact_hash' AS exact_hash, max((a.answer ->> 'mass')::integer) AS mass,
               sum((a.answer ->> 'copies')::bigint) AS copies
        FROM exograph_private.ask_shards(v_shards, format(v_counts, coalesce(v_least, minimum_mass, 1))) a
        GROUP BY 1
        HAVING sum((a.answer ->> 'copies')::bigint) > 1
        ORDER BY 2 DESC, 3 DESC, (a.answer ->> 'exact_hash') COLLATE "C"
        LIMIT v_page
    ) f;
    IF v_copies IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT (v_copies -> f.hash ->> 'mass')::integer, (v_copies -> f.hash ->> 'copies')::bigint, f.kind, f.module, f.name,
               f.shard, f.ecosystem, f.package, f.version, f.path, f.line, f.end_line, f.exact_hash
        FROM (
            SELECT DISTINCT ON (r.exact_hash) r.*, a.answer ->> 'exact_hash' AS hash
            FROM exograph_private.ask_shards(v_shards, exograph_private.first_copies(
                ARRAY(SELECT jsonb_object_keys(v_copies))::bytea[])) a
            CROSS JOIN LATERAL jsonb_to_record(a.answer) AS r (
                exact_hash bytea, kind text, module text, name text, shard integer, ecosystem text, package text, version text,
                path text, line integer, end_line integer)
            ORDER BY r.exact_hash, r.ecosystem COLLATE "C", r.package COLLATE "C", r.version COLLATE "C", r.path COLLATE "C",
                     r.line, r.end_line
        ) f
        ORDER BY 1 DESC, 2 DESC, f.exact_hash;
END
$$;

COMMENT ON FUNCTION exograph_all.largest_copies(integer, integer) IS
'The largest pieces of code that occur more than once on the attached shards, together: fragments of one exact_hash, with how many
have it, and the first of them by package, version, path and line. minimum_mass: of so many nodes or more. The first page of
them, by mass. Cost: three queries to each shard, to all at once; the first two read all fragments there, and the second sends a
row for each hash of fragments that are as large as the smallest of what is told. Errors: 08001, a shard cannot be reached;
XG008, page or minimum_mass is less than 1.';

-- Text of the query for a shard: of each of some hashes the fragment that is first there.
CREATE OR REPLACE FUNCTION exograph_private.first_copies(hashes bytea[]) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT 'SELECT DISTINCT ON (g.exact_hash) g.exact_hash, g.kind, g.module, g.name, g.shard, g.ecosystem, g.package, '
               'g.version, g.path, g.line, g.end_line FROM exograph_shard.fragments g WHERE g.exact_hash = ANY ('
        || quote_literal(hashes)
        || ') ORDER BY g.exact_hash, g.ecosystem, g.package, g.version, g.path, g.line, g.end_line'
$$;
