SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_in.terms WITH (security_invoker = true) AS
SELECT t.id, t.term
FROM exograph.terms t;

COMMENT ON VIEW exograph_in.terms IS 'Inserter view of terms. RETURNING gives the existing row.';

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

CREATE OR REPLACE FUNCTION exograph_private.put_term(value text) RETURNS exograph.terms
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_existing exograph.terms;
BEGIN
    LOOP
        SELECT t.* INTO v_existing
        FROM exograph.terms t
        WHERE exograph.text_digest(t.term) = exograph.text_digest(value) AND t.term = value;
        EXIT WHEN FOUND;

        INSERT INTO exograph.terms AS t (term)
        VALUES (value)
        ON CONFLICT (exograph.text_digest(term)) DO NOTHING
        RETURNING t.* INTO v_existing;
        EXIT WHEN FOUND;
    END LOOP;
    RETURN v_existing;
END
$$;

CREATE OR REPLACE FUNCTION exograph_private.resolve_term(term_id integer, term text) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_term exograph.terms;
BEGIN
    IF term_id IS NOT NULL THEN
        SELECT t.* INTO v_term FROM exograph.terms t WHERE t.id = resolve_term.term_id;
        IF NOT FOUND THEN
            CALL exograph_private.raise_missing_parent('terms', format('id %s', term_id));
        ELSIF term <> v_term.term THEN
            CALL exograph_private.raise_contradiction('term', term, 'term_id', term_id, v_term.term);
        END IF;
    ELSIF term IS NOT NULL THEN
        v_term := exograph_private.put_term(term);
    END IF;
    RETURN v_term.id;
END
$$;
