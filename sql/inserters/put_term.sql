CREATE OR REPLACE FUNCTION exograph.put_term(value text) RETURNS exograph.terms
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

ALTER FUNCTION exograph.put_term(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.put_term(text) IS
    'The term, inserted if it does not stand. Errors: those of exograph.terms'' constraints.';
REVOKE ALL ON FUNCTION exograph.put_term(text) FROM PUBLIC;
