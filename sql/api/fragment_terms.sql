SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- The second condition looks redundant and is not: with a term given, the planner enters by the GIN index, which ANY cannot use.
CREATE OR REPLACE VIEW exograph.fragment_terms WITH (security_invoker = true) AS
SELECT s.fragment_id, t.id AS term_id, s.load_id
FROM exograph.fragment_term_sets s
JOIN exograph.terms t ON t.id = ANY (s.term_ids) AND s.term_ids @> ARRAY[t.id];

COMMENT ON VIEW exograph.fragment_terms IS
    'Which fragment holds which term, a row per pair, of exograph.fragment_term_sets. Look-ups by term or by fragment use its '
    'indexes. For several terms at once: term_ids @> ''{1,2,3}'', grouped by fragment where loads overlap. Of all of the index, '
    'unnest(term_ids) is ten times as fast, and this view joined with itself may never end.';
COMMENT ON COLUMN exograph.fragment_terms.load_id IS
    'Load that brought the pair; negated in the shared partition, 0 where a row-wise insert brought it.';
