SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- A term at a time, planned for it: GIN knows no first ones but only all, 100 ms for a term that half of a million sets hold, of
-- which reading some finds a thousand at once.
CREATE OR REPLACE FUNCTION exograph_find.rarest_first(terms text[]) RETURNS integer[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    v_terms  text[]    := ARRAY(SELECT DISTINCT t FROM unnest(terms) AS t);
    v_ids    integer[];
    v_counts bigint[];
BEGIN
    IF v_terms = '{}' OR array_position(v_terms, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'terms => % is not allowed', coalesce(quote_literal(terms::text), 'NULL')
            USING ERRCODE = 'XG008', HINT = 'At least one is named, and none is NULL.';
    END IF;
    v_ids := ARRAY(SELECT t.id FROM exograph.terms t WHERE t.term = ANY (v_terms));
    IF cardinality(v_ids) < cardinality(v_terms) THEN
        RETURN NULL;
    END IF;
    FOR n IN 1 .. cardinality(v_ids) LOOP
        v_counts[n] := (
            SELECT count(*)
            FROM (SELECT FROM exograph.fragment_term_sets s WHERE s.term_ids @> v_ids[n:n] LIMIT 1000) first_ones);
    END LOOP;
    RETURN ARRAY(SELECT u.id FROM unnest(v_ids, v_counts) AS u (id, sets) ORDER BY u.sets, u.id);
END
$$;

COMMENT ON FUNCTION exograph_find.rarest_first(text[]) IS
'For questions: the ids of terms, those in the fewest sets first, counted up to 1,000. NULL where one of the terms is not there.
Errors: XG008, no term is named, or one is NULL.';

-- The rarest term leads, found by GIN. It is in one set of a fragment, for those are disjoint: none is found twice. The other
-- terms are in that set, or, where loads overlap or rows came one by one, in others of the fragment. Statements are planned for
-- the terms and fragments at hand: of few fragments the other sets are looked up, of many all sets are read once.
CREATE OR REPLACE FUNCTION exograph_find.fragments_holding(terms text[], after bigint) RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    v_ids       integer[] := exograph_find.rarest_first(terms);
    v_fragments bigint[];
    v_others    bigint[];
BEGIN
    SELECT array_agg(s.fragment_id) FILTER (WHERE s.term_ids @> v_ids),
           array_agg(s.fragment_id) FILTER (WHERE NOT s.term_ids @> v_ids)
    INTO v_fragments, v_others
    FROM exograph.fragment_term_sets s
    WHERE s.term_ids @> v_ids[1:1] AND (after IS NULL OR s.fragment_id > after);
    v_others := ARRAY(
        SELECT s.fragment_id
        FROM unnest(v_others) AS o (id)
        JOIN exograph.fragment_term_sets s ON s.fragment_id = o.id
        GROUP BY s.fragment_id
        HAVING count(*) > 1);
    RETURN v_fragments || ARRAY(
        SELECT s.fragment_id
        FROM unnest(v_others) AS o (id)
        JOIN exograph.fragment_term_sets s ON s.fragment_id = o.id
        CROSS JOIN LATERAL unnest(s.term_ids) AS t
        WHERE t = ANY (v_ids)
        GROUP BY s.fragment_id
        HAVING count(*) = cardinality(v_ids));
END
$$;

COMMENT ON FUNCTION exograph_find.fragments_holding(text[], bigint) IS
'For questions: the ids of fragments that hold all of some terms, of those after a given one. Errors: those of rarest_first.';

CREATE OR REPLACE FUNCTION exograph_find.fragments_with(
    terms text[], package text DEFAULT NULL, version text DEFAULT NULL, ecosystem text DEFAULT NULL, kind text DEFAULT NULL,
    after bigint DEFAULT NULL, page integer DEFAULT NULL
)
RETURNS TABLE (
    ecosystem text, package text, version text, path text, line integer, end_line integer, kind text, module text, name text,
    arity integer, mass integer, file_id bigint, fragment_id bigint
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT f.ecosystem, f.package, f.version, f.path, g.line, g.end_line, g.kind, g.module, g.name, g.arity, g.mass, g.file_id,
           g.id
    FROM pg_catalog.unnest(exograph_find.fragments_holding($1, $6)) AS h (id)
    JOIN exograph.fragments g ON g.id = h.id
    JOIN exograph_find.placed_files f ON f.file_id = g.file_id
    WHERE ($2 IS NULL OR f.package = $2)
        AND ($3 IS NULL OR f.version = $3)
        AND ($4 IS NULL OR f.ecosystem = $4)
        AND ($5 IS NULL OR g.kind = $5)
    ORDER BY g.id
    LIMIT exograph_find.at_least_one('page', $7)
$$;

COMMENT ON FUNCTION exograph_find.fragments_with(text[], text, text, text, text, bigint, integer) IS
'Fragments that hold all of some terms, whichever loads brought them. None where one of the terms is unknown. package, version,
ecosystem and kind narrow it down where they are not NULL. By fragment_id; after => fragment_id of the last row goes on there,
for page rows. Cost: a look at each term (up to 1,000 sets), and the sets that hold the rarest, by GIN in every partition, for
any page; of fragments that lack a term there, the other sets, by index, or all sets where such fragments are many. Errors:
XG008, no term is named, one is NULL, or page is less than 1.';
