SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What is wrong with single sets of terms. One scan for all: 20M terms in 200,000 sets take a second and a half.
CREATE OR REPLACE FUNCTION exograph_private.check_sets() RETURNS SETOF exograph_private.finding
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_ranges int4multirange := (
        SELECT coalesce(range_agg(int4range(r.first, CASE WHEN r.last < 2147483647 THEN r.last + 1 END)), '{}')
        FROM (SELECT min(t.id) AS first, max(t.id) AS last
              FROM (SELECT d.id, d.id - row_number() OVER (ORDER BY d.id) AS run FROM exograph.terms d) t
              GROUP BY t.run) r);
    v_clean  text := ' DELETE FROM exograph.fragment_term_sets s WHERE s.term_ids = ''{}'';';
BEGIN
    RETURN QUERY
        SELECT f.finding, 'exograph.fragment_term_sets', format('%s sets of %s', f.sets, f.what), f.mend
        FROM (
            SELECT count(*) FILTER (WHERE cardinality(s.term_ids) = 0) AS empty,
                   count(*) FILTER (WHERE s.term_ids <> '{}' AND NOT exograph_private.is_term_set(s.term_ids)) AS unsorted,
                   count(*) FILTER (WHERE NOT v_ranges @> ALL (s.term_ids)) AS unknown,
                   count(*) FILTER (WHERE s.load_id = 0 AND cardinality(s.term_ids) > 1) AS several
            FROM exograph.fragment_term_sets s
            WHERE s.load_id <> ALL (exograph_private.loads_in_the_making())
        ) c
        CROSS JOIN LATERAL (VALUES
            (1, 'empty set', c.empty, 'no term', ltrim(v_clean)),
            (2, 'terms not ascending', c.unsorted, 'terms that are not ascending, or there twice, or NULL',
             'UPDATE exograph.fragment_term_sets s SET term_ids = ARRAY(SELECT DISTINCT u.id FROM unnest(s.term_ids) AS u (id) '
             'WHERE u.id IS NOT NULL ORDER BY 1) WHERE NOT exograph_private.is_term_set(s.term_ids);' || v_clean),
            (3, 'terms that do not exist', c.unknown, 'terms of which exograph.terms lacks some',
             'UPDATE exograph.fragment_term_sets s SET term_ids = ARRAY(SELECT u.id FROM unnest(s.term_ids) AS u (id) '
             'JOIN exograph.terms t ON t.id = u.id ORDER BY 1) WHERE EXISTS (SELECT FROM unnest(s.term_ids) AS u (id) '
             'LEFT JOIN exograph.terms t ON t.id = u.id WHERE t.id IS NULL);' || v_clean),
            (4, 'row-wise set of several terms', c.several, 'load 0, each of several terms',
             'WITH s AS (DELETE FROM exograph.fragment_term_sets s WHERE s.load_id = 0 AND cardinality(s.term_ids) > 1 '
             'RETURNING *) INSERT INTO exograph.fragment_term_sets SELECT DISTINCT s.fragment_id, ARRAY[u.id], 0 '
             'FROM s, unnest(s.term_ids) AS u (id) ON CONFLICT DO NOTHING;')
        ) AS f (position, finding, sets, what, mend)
        WHERE f.sets > 0
        ORDER BY f.position;
END
$$;

-- Terms that several sets of one fragment hold: that of the earlier load keeps them. Only fragments with several sets are read.
CREATE OR REPLACE FUNCTION exograph_private.check_disjoint_sets() RETURNS SETOF exograph_private.finding
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT 'sets not disjoint', 'exograph.fragment_term_sets',
           format('%s pairs of %s fragments are there several times', sum(d.pairs), count(*)),
           'UPDATE exograph.fragment_term_sets s SET term_ids = ARRAY(SELECT u.id '
           'FROM unnest(s.term_ids) AS u (id) '
           'WHERE NOT EXISTS (SELECT FROM exograph.fragment_term_sets e WHERE e.fragment_id = s.fragment_id '
           'AND (abs(e.load_id), e.tableoid, e.ctid) < (abs(s.load_id), s.tableoid, s.ctid) AND e.term_ids @> ARRAY[u.id]) '
           'ORDER BY 1) WHERE EXISTS (SELECT FROM exograph.fragment_term_sets e WHERE e.fragment_id = s.fragment_id '
           'AND (abs(e.load_id), e.tableoid, e.ctid) < (abs(s.load_id), s.tableoid, s.ctid) AND e.term_ids && s.term_ids); '
           'DELETE FROM exograph.fragment_term_sets s WHERE s.term_ids = ''{}'';'
    FROM (
        SELECT p.fragment_id, count(*) AS pairs
        FROM (
            SELECT s.fragment_id, u.id
            FROM exograph.fragment_term_sets s
            CROSS JOIN LATERAL (SELECT DISTINCT t.id FROM unnest(s.term_ids) AS t (id)) u
            WHERE s.load_id <> ALL (exograph_private.loads_in_the_making())
                AND s.fragment_id IN (SELECT t.fragment_id FROM exograph.fragment_term_sets t
                                      GROUP BY t.fragment_id HAVING count(*) > 1)
            GROUP BY s.fragment_id, u.id
            HAVING count(*) > 1
        ) p
        GROUP BY p.fragment_id
    ) d
    HAVING count(*) > 0
$$;
