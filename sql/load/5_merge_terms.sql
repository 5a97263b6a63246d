SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Merges the staged terms into the index.
CREATE OR REPLACE PROCEDURE exograph_private.merge_terms(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_reserved boolean := exograph_private.has_reserved_ids(load_id);
    v_before   bigint;
    v_inserted bigint;
BEGIN
    PERFORM exograph_private.start_phase(load_id, 'merging', 'terms');
    v_before := exograph_private.take_back_ids(load_id, 'terms');

    INSERT INTO map_terms (number, id, inserted)
    SELECT c.number,
           coalesce(c.id, CASE WHEN v_reserved THEN c.number ELSE nextval('exograph.terms_id_seq')::integer END),
           c.id IS NULL
    FROM (
        SELECT k.number, t.id
        FROM keys_terms k
        JOIN staged_terms s ON s.id = k.number
        LEFT JOIN exograph.terms t ON exograph.text_digest(t.term) = k.digest AND t.term = s.term
        WHERE k.number = k.canonical
        ORDER BY k.number
    ) c;
    IF NOT v_reserved THEN -- before the rows, which may fail
        SELECT count(*) INTO v_inserted FROM map_terms m WHERE m.inserted; -- 0.08 s a million
        CALL exograph_private.note_ids('terms', v_before, v_inserted);
    END IF;

    INSERT INTO exograph.terms (id, term, load_id)
    SELECT m.id, s.term, merge_terms.load_id
    FROM map_terms m
    JOIN staged_terms s ON s.id = m.number
    JOIN keys_terms k ON k.number = m.number
    WHERE m.inserted
    ORDER BY k.digest;
    GET DIAGNOSTICS v_inserted = ROW_COUNT;

    INSERT INTO map_terms (number, id, inserted)
    SELECT k.number, m.id, m.inserted
    FROM keys_terms k
    JOIN map_terms m ON m.number = k.canonical
    WHERE k.number <> k.canonical;

    PERFORM exograph_private.report_merge(load_id, 'terms', v_inserted, 0);

    IF EXISTS (SELECT FROM resolved_terms r WHERE NOT EXISTS (SELECT FROM exograph.terms t WHERE t.id = r.id)) THEN
        RAISE EXCEPTION 'load %: a term that it resolved stands no longer', load_id USING ERRCODE = 'foreign_key_violation',
            HINT = 'Somebody deleted it. Resolve the terms again in another load.';
    END IF;
    INSERT INTO map_terms (number, id, inserted)
    SELECT DISTINCT r.id, r.id, false FROM resolved_terms r;
    ANALYZE map_terms;
END
$$;
