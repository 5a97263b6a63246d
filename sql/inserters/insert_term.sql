CREATE OR REPLACE FUNCTION exograph.insert_term() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph.raise_given_id(NEW.id);
    END IF;
    NEW.id := (exograph.put_term(NEW.term)).id;
    RETURN NEW;
END
$$;

ALTER FUNCTION exograph.insert_term() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.insert_term() IS
    'Trigger of exograph_in.terms: inserts a term, or finds it. Errors: 428C9, and those of exograph.terms'' '
    'constraints.';
REVOKE ALL ON FUNCTION exograph.insert_term() FROM PUBLIC;
