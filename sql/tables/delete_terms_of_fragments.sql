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
        CALL exograph.require_read_committed('deleting fragments');
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

ALTER FUNCTION exograph.delete_terms_of_fragments() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.delete_terms_of_fragments() IS
    'Trigger on exograph.fragments: takes the terms of deleted fragments away. Errors: XG007 above READ COMMITTED.';
REVOKE ALL ON FUNCTION exograph.delete_terms_of_fragments() FROM PUBLIC;
