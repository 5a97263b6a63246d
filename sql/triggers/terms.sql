SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- fragment_term_sets has no foreign keys. Each term is looked up by the GIN index: an array of all of them, compared with every
-- set, took minutes for 50,000 terms. A plan for the array at hand hashes it.
CREATE OR REPLACE FUNCTION exograph.delete_facts_of_terms() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off
    SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    v_deleted   integer[] := ARRAY(SELECT d.id FROM deleted d);
    v_fragments bigint[];
BEGIN
    IF v_deleted <> '{}' AND NOT exograph_private.is_removing() THEN -- which removes none that a set holds
        v_fragments := ARRAY(SELECT DISTINCT s.fragment_id
                             FROM deleted d
                             JOIN exograph.fragment_term_sets s ON s.term_ids @> ARRAY[d.id]);
        UPDATE exograph.fragment_term_sets s
        SET term_ids = ARRAY(SELECT t.id FROM unnest(s.term_ids) AS t (id) WHERE t.id <> ALL (v_deleted) ORDER BY 1)
        WHERE s.fragment_id = ANY (v_fragments)
            AND EXISTS (SELECT FROM unnest(s.term_ids) AS t (id) WHERE t.id = ANY (v_deleted)); -- not what other loads brought
        DELETE FROM exograph.fragment_term_sets s WHERE s.fragment_id = ANY (v_fragments) AND s.term_ids = '{}';
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER delete_facts_of_terms
AFTER DELETE ON exograph.terms
REFERENCING OLD TABLE AS deleted
FOR EACH STATEMENT EXECUTE FUNCTION exograph.delete_facts_of_terms();

COMMENT ON FUNCTION exograph.delete_facts_of_terms() IS
    'Trigger on exograph.terms: takes the facts of deleted terms away.';

-- A pair is a part of a row. Of all pairs of a set the last takes the row along. One that was inserted row by row is a row, and
-- is looked up by its term: a fragment may have thousands.
CREATE OR REPLACE FUNCTION exograph.delete_fragment_term() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.load_id = 0 THEN
        DELETE FROM exograph.fragment_term_sets s
        WHERE s.fragment_id = OLD.fragment_id AND s.load_id = 0 AND s.term_ids[1] = OLD.term_id;
        RETURN CASE WHEN FOUND THEN OLD END;
    END IF;
    UPDATE exograph.fragment_term_sets s
    SET term_ids = array_remove(s.term_ids, OLD.term_id)
    WHERE s.fragment_id = OLD.fragment_id AND s.load_id = OLD.load_id AND s.term_ids @> ARRAY[OLD.term_id];
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    DELETE FROM exograph.fragment_term_sets s
    WHERE s.fragment_id = OLD.fragment_id AND s.load_id = OLD.load_id AND s.term_ids = '{}';
    RETURN OLD;
END
$$;

CREATE OR REPLACE TRIGGER delete_fragment_term
INSTEAD OF DELETE ON exograph.fragment_terms
FOR EACH ROW EXECUTE FUNCTION exograph.delete_fragment_term();

COMMENT ON FUNCTION exograph.delete_fragment_term() IS
    'Trigger on exograph.fragment_terms: takes a pair out of its set. For the owner; many are deleted faster from '
    'exograph.fragment_term_sets.';
