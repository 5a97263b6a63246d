SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE VIEW exograph_in.fragment_terms WITH (security_invoker = true) AS
SELECT t.fragment_id, t.term_id, g.content_hash AS fragment_content_hash, w.term
FROM exograph.fragment_terms t
JOIN exograph.fragments g ON g.id = t.fragment_id
JOIN exograph.terms w ON w.id = t.term_id;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.fragment_terms
FOR EACH STATEMENT EXECUTE FUNCTION exograph.enter_gate();
CREATE OR REPLACE TRIGGER insert_fragment_term INSTEAD OF INSERT ON exograph_in.fragment_terms
FOR EACH ROW EXECUTE FUNCTION exograph.insert_fragment_term();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.fragment_terms
FOR EACH STATEMENT EXECUTE FUNCTION exograph.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.fragment_terms
FOR EACH ROW EXECUTE FUNCTION exograph.refuse_change();

ALTER VIEW exograph_in.fragment_terms OWNER TO exograph_owner;
COMMENT ON VIEW exograph_in.fragment_terms IS
    'Inserter view of the terms of fragments; the fragment (by fragment_id or fragment_content_hash) must stand, the term (by '
    'term_id or term) is made if it does not. Nothing is inserted where the fact stands in any partition.';
COMMENT ON COLUMN exograph_in.fragment_terms.fragment_id IS
    'Names the fragment in place of fragment_content_hash. Comes back. Required, or the hash.';
COMMENT ON COLUMN exograph_in.fragment_terms.term_id IS 'Names the term in place of term. Comes back. Required, or the term.';
COMMENT ON COLUMN exograph_in.fragment_terms.fragment_content_hash IS
    'Names the fragment, where no other has this hash. Comes back as given.';
COMMENT ON COLUMN exograph_in.fragment_terms.term IS 'Names the term, and makes it. Comes back as given.';
GRANT SELECT, INSERT, UPDATE, DELETE ON exograph_in.fragment_terms TO exograph_loader;
