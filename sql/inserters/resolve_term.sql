CREATE OR REPLACE FUNCTION exograph.resolve_term(term_id integer, term text) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_term exograph.terms;
BEGIN
    IF term_id IS NOT NULL THEN
        SELECT t.* INTO v_term FROM exograph.terms t WHERE t.id = resolve_term.term_id;
        IF NOT FOUND THEN
            CALL exograph.raise_missing_parent('terms', format('id %s', term_id));
        ELSIF term <> v_term.term THEN
            CALL exograph.raise_contradiction('term', term, 'term_id', term_id, v_term.term);
        END IF;
    ELSIF term IS NOT NULL THEN
        v_term := exograph.put_term(term);
    END IF;
    RETURN v_term.id;
END
$$;

ALTER FUNCTION exograph.resolve_term(integer, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.resolve_term(integer, text) IS
    'Id of the term that a row names by id or by its text; it is made if it does not stand. NULL where none is named. '
    'Errors: 23503, XG010, and those of exograph.terms'' constraints.';
REVOKE ALL ON FUNCTION exograph.resolve_term(integer, text) FROM PUBLIC;
