SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_in.terms WITH (security_invoker = true) AS
SELECT t.id, t.term
FROM exograph.terms t;

-- The term, inserted if it does not stand. Errors: those of exograph.terms' constraints.
CREATE OR REPLACE FUNCTION exograph_private.put_term(value text) RETURNS exograph.terms
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_standing exograph.terms;
BEGIN
    LOOP
        SELECT t.* INTO v_standing
        FROM exograph.terms t
        WHERE exograph.text_digest(t.term) = exograph.text_digest(value) AND t.term = value;
        EXIT WHEN FOUND;

        INSERT INTO exograph.terms AS t (term)
        VALUES (value)
        ON CONFLICT (exograph.text_digest(term)) DO NOTHING
        RETURNING t.* INTO v_standing;
        EXIT WHEN FOUND;
    END LOOP;
    RETURN v_standing;
END
$$;

-- Id of the term that a row names by id or by its text; it is made if it does not stand, and kept from being deleted until the
-- transaction ends. NULL where none is named. Errors: 23503, 40001, XG010, and those of exograph.terms' constraints.
CREATE OR REPLACE FUNCTION exograph_private.resolve_term(term_id integer, term text) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_term exograph.terms;
BEGIN
    IF term_id IS NOT NULL THEN
        SELECT t.* INTO v_term FROM exograph.terms t WHERE t.id = resolve_term.term_id FOR KEY SHARE;
        IF NOT FOUND THEN
            CALL exograph_private.raise_missing_parent('terms', format('id %s', term_id));
        ELSIF term <> v_term.term THEN
            CALL exograph_private.raise_contradiction('term', term, 'term_id', term_id, v_term.term);
        END IF;
    ELSIF term IS NOT NULL THEN
        LOOP
            v_term := exograph_private.put_term(term);
            PERFORM FROM exograph.terms t WHERE t.id = v_term.id FOR KEY SHARE;
            EXIT WHEN FOUND;
        END LOOP;
    END IF;
    RETURN v_term.id;
END
$$;

-- Trigger of exograph_in.terms: inserts a term, or finds it. Errors: 428C9, and those of exograph.terms' constraints.
CREATE OR REPLACE FUNCTION exograph_private.insert_term() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph_private.raise_given_id(NEW.id);
    END IF;
    NEW.id := (exograph_private.put_term(NEW.term)).id;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.terms
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.enter_gate();
CREATE OR REPLACE TRIGGER insert_term INSTEAD OF INSERT ON exograph_in.terms
FOR EACH ROW EXECUTE FUNCTION exograph_private.insert_term();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.terms
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.terms
FOR EACH ROW EXECUTE FUNCTION exograph_private.refuse_change();

COMMENT ON VIEW exograph_in.terms IS
    'Inserter view of terms. RETURNING gives the row that stands.';
COMMENT ON COLUMN exograph_in.terms.id IS 'Comes back. The index gives it; never given.';
COMMENT ON COLUMN exograph_in.terms.term IS 'Required. The key.';
