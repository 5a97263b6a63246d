CREATE OR REPLACE FUNCTION exograph.resolve_term(term_id integer, term text) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_term exograph.terms;
BEGIN
    IF term_id IS NOT NULL THEN
        SELECT t.* INTO v_term FROM exograph.terms t WHERE t.id = resolve_term.term_id FOR KEY SHARE;
        IF NOT FOUND THEN
            CALL exograph.raise_missing_parent('terms', format('id %s', term_id));
        ELSIF term <> v_term.term THEN
            CALL exograph.raise_contradiction('term', term, 'term_id', term_id, v_term.term);
        END IF;
    ELSIF term IS NOT NULL THEN
        LOOP
            v_term := exograph.put_term(term);
            PERFORM FROM exograph.terms t WHERE t.id = v_term.id FOR KEY SHARE;
            EXIT WHEN FOUND;
        END LOOP;
    END IF;
    RETURN v_term.id;
END
$$;

ALTER FUNCTION exograph.resolve_term(integer, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.resolve_term(integer, text) IS
    'Id of the term that a row names by id or by its text; it is made if it does not stand, and kept from '
    'being deleted until the transaction ends. NULL where none is named. Errors: 23503, 40001, XG010, and those of '
    'exograph.terms'' constraints.';
REVOKE ALL ON FUNCTION exograph.resolve_term(integer, text) FROM PUBLIC;
