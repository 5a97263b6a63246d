SET LOCAL search_path = pg_catalog, pg_temp;

CREATE OR REPLACE VIEW exograph_in.terms WITH (security_invoker = true) AS
SELECT t.id, t.term
FROM exograph.terms t;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.terms
FOR EACH STATEMENT EXECUTE FUNCTION exograph.enter_gate();
CREATE OR REPLACE TRIGGER insert_term INSTEAD OF INSERT ON exograph_in.terms
FOR EACH ROW EXECUTE FUNCTION exograph.insert_term();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.terms
FOR EACH STATEMENT EXECUTE FUNCTION exograph.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.terms
FOR EACH ROW EXECUTE FUNCTION exograph.refuse_change();

ALTER VIEW exograph_in.terms OWNER TO exograph_owner;
COMMENT ON VIEW exograph_in.terms IS
    'Inserter view of terms. RETURNING gives the row that stands.';
COMMENT ON COLUMN exograph_in.terms.id IS 'Comes back. The index gives it; never given.';
COMMENT ON COLUMN exograph_in.terms.term IS 'Required. The key.';
GRANT SELECT, INSERT, UPDATE, DELETE ON exograph_in.terms TO exograph_loader;
