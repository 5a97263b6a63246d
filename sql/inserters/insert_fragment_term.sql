CREATE OR REPLACE FUNCTION exograph.insert_fragment_term() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
BEGIN
    NEW.fragment_id := exograph.resolve_fragment(NEW.fragment_id, NEW.fragment_content_hash, file_id => NULL);
    NEW.term_id := exograph.resolve_term(NEW.term_id, NEW.term);

    -- In place of a foreign key, as for the term above: nobody deletes the fragment until this transaction ends.
    PERFORM FROM exograph.fragments f WHERE f.id = NEW.fragment_id FOR KEY SHARE;
    IF NOT FOUND AND NEW.fragment_id IS NOT NULL THEN
        CALL exograph.raise_missing_parent('fragments', format('id %s', NEW.fragment_id));
    END IF;

    IF NOT EXISTS (SELECT FROM exograph.fragment_terms d
                   WHERE d.term_id = NEW.term_id AND d.fragment_id = NEW.fragment_id)
    THEN
        INSERT INTO exograph.fragment_terms (fragment_id, term_id)
        VALUES (NEW.fragment_id, NEW.term_id)
        ON CONFLICT (term_id, fragment_id, load_id) DO NOTHING;
    END IF;
    RETURN NEW;
END
$$;

ALTER FUNCTION exograph.insert_fragment_term() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.insert_fragment_term() IS
    'Trigger of exograph_in.fragment_terms: inserts a fact, unless it stands in any partition; makes the term, not the '
    'fragment. Errors: 23502, 23503, XG010, and those of exograph.terms'' constraints.';
REVOKE ALL ON FUNCTION exograph.insert_fragment_term() FROM PUBLIC;
