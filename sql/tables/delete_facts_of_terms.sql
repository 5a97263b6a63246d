-- fragment_terms has no foreign keys.
CREATE OR REPLACE FUNCTION exograph.delete_facts_of_terms() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM deleted) THEN
        CALL exograph.require_read_committed('deleting terms');
        DELETE FROM exograph.fragment_terms t USING deleted d WHERE t.term_id = d.id;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER delete_facts_of_terms
AFTER DELETE ON exograph.terms
REFERENCING OLD TABLE AS deleted
FOR EACH STATEMENT EXECUTE FUNCTION exograph.delete_facts_of_terms();

ALTER FUNCTION exograph.delete_facts_of_terms() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.delete_facts_of_terms() IS
    'Trigger on exograph.terms: takes the facts of deleted terms away. Errors: XG007 above READ COMMITTED.';
REVOKE ALL ON FUNCTION exograph.delete_facts_of_terms() FROM PUBLIC;
