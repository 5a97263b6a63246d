SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- The second condition looks redundant and is not: with a term given, the planner enters by the GIN index, which ANY cannot use.
CREATE OR REPLACE VIEW exograph.fragment_terms WITH (security_invoker = true) AS
SELECT s.fragment_id, t.id AS term_id, s.load_id
FROM exograph.fragment_term_sets s
JOIN exograph.terms t ON t.id = ANY (s.term_ids) AND s.term_ids @> ARRAY[t.id];

COMMENT ON VIEW exograph.fragment_terms IS
    'Which fragment holds which term, a row per pair: for look-ups, by term or by fragment, which use the indexes of '
    'exograph.fragment_term_sets. For several terms at once: term_ids @> ''{1,2,3}'', grouped by fragment where loads overlap. '
    'What reads all pairs, or those of many fragments, asks exograph.fragment_term_pairs.';
COMMENT ON COLUMN exograph.fragment_terms.load_id IS
    'Load that brought the pair; negated in the shared partition, 0 where a row-wise insert brought it.';

-- No view is fast from all three sides. That unnest yields a term just where @> finds it is nothing that the planner knows, so
-- that a view which GIN is to enter has to say both, and a reader of all pairs pays for both: 0.4 us a pair more. This one joins
-- nothing; what it yields is estimated at 10 terms a set (from PostgreSQL 17 by the statistics), there at a thousandth of it.
CREATE OR REPLACE VIEW exograph.fragment_term_pairs WITH (security_invoker = true) AS
SELECT s.fragment_id, t.term_id, s.load_id
FROM exograph.fragment_term_sets s
CROSS JOIN LATERAL unnest(s.term_ids) AS t (term_id);

COMMENT ON VIEW exograph.fragment_term_pairs IS
    'The rows of exograph.fragment_terms, for what reads all of them, or all of some fragments: counts, whole-table joins and '
    'comparisons, ten times as fast as there. A condition on term_id reads every set: by term, ask fragment_terms.';
COMMENT ON COLUMN exograph.fragment_term_pairs.load_id IS
    'Load that brought the pair; negated in the shared partition, 0 where a row-wise insert brought it.';
