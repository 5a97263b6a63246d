-- Of fragments that go with their terms nothing is found here: their own trigger has taken the declarations back.
CREATE OR REPLACE FUNCTION exograph.void_declarations_of_terms() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE exograph.complete_facts c
    SET tables = array_remove(c.tables, 'fragment_terms')
    WHERE c.tables @> '{fragment_terms}'
        AND c.file_id IN (SELECT f.file_id FROM deleted d JOIN exograph.fragments f ON f.id = d.fragment_id);
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER void_declarations_of_terms
AFTER DELETE ON exograph.fragment_terms
REFERENCING OLD TABLE AS deleted
FOR EACH STATEMENT EXECUTE FUNCTION exograph.void_declarations_of_terms();

ALTER FUNCTION exograph.void_declarations_of_terms() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.void_declarations_of_terms() IS
    'Trigger on exograph.fragment_terms: files of whose fragments terms were deleted are no longer declared complete for it.';
REVOKE ALL ON FUNCTION exograph.void_declarations_of_terms() FROM PUBLIC;
