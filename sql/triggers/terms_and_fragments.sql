SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- fragment_terms has no foreign keys.
CREATE OR REPLACE FUNCTION exograph.delete_facts_of_terms() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM deleted) THEN
        CALL exograph_private.require_read_committed('deleting terms');
        DELETE FROM exograph.fragment_terms t USING deleted d WHERE t.term_id = d.id;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER delete_facts_of_terms
AFTER DELETE ON exograph.terms
REFERENCING OLD TABLE AS deleted
FOR EACH STATEMENT EXECUTE FUNCTION exograph.delete_facts_of_terms();

COMMENT ON FUNCTION exograph.delete_facts_of_terms() IS
    'Trigger on exograph.terms: takes the facts of deleted terms away. Errors: XG007 above READ COMMITTED.';

-- fragment_terms has no foreign keys. The range keeps the scan to the pages where the fragments' terms lie: ids of one
-- package follow each other, and the index on fragment_id is a BRIN.
CREATE OR REPLACE FUNCTION exograph.delete_terms_of_fragments() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_first bigint;
    v_last  bigint;
BEGIN
    SELECT min(d.id), max(d.id) INTO v_first, v_last FROM deleted d;
    IF v_first IS NOT NULL THEN
        -- Terms that were committed since an older snapshot would stay, with no fragment. A foreign key looks with a newer one.
        CALL exograph_private.require_read_committed('deleting fragments');
        DELETE FROM exograph.fragment_terms t
        USING deleted d
        WHERE t.fragment_id = d.id AND t.fragment_id BETWEEN v_first AND v_last;
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER delete_terms_of_fragments
AFTER DELETE ON exograph.fragments
REFERENCING OLD TABLE AS deleted
FOR EACH STATEMENT EXECUTE FUNCTION exograph.delete_terms_of_fragments();

COMMENT ON FUNCTION exograph.delete_terms_of_fragments() IS
    'Trigger on exograph.fragments: takes the terms of deleted fragments away. Errors: XG007 above READ COMMITTED.';
