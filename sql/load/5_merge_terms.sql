SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Merges the staged terms into the index.
CREATE OR REPLACE PROCEDURE exograph_private.merge_terms(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_before   bigint;
    v_inserted bigint;
    v_merged   bigint;
BEGIN
    CALL exograph_private.start_phase(load.load_id, 'merge', 'terms');
    v_before := exograph_private.take_back_ids(load.load_id, 'terms');

    INSERT INTO map_terms (number, id, inserted)
    SELECT c.number,
           coalesce(c.id, CASE WHEN load.is_reserved THEN c.number ELSE nextval('exograph.terms_id_seq')::integer END),
           c.id IS NULL
    FROM (
        SELECT k.number, t.id
        FROM keys_terms k
        JOIN staged_terms s ON s.id = k.number
        LEFT JOIN exograph.terms t ON exograph.text_digest(t.term) = k.digest AND t.term = s.term
        WHERE k.number = k.canonical
        ORDER BY k.number
    ) c;
    IF NOT load.is_reserved THEN -- before the rows, which may fail
        SELECT count(*) INTO v_inserted FROM map_terms m WHERE m.inserted; -- 0.08 s a million
        CALL exograph_private.note_ids('terms', v_before, v_inserted);
    END IF;

    INSERT INTO exograph.terms (id, term, load_id)
    SELECT m.id, s.term, load.load_id
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

    v_merged := (SELECT count(*) FROM map_terms m WHERE m.inserted);
    PERFORM exograph_private.report_merge(load, 'terms', v_inserted, v_merged, 0);

    IF EXISTS (SELECT FROM resolved_terms r WHERE NOT EXISTS (SELECT FROM exograph.terms t WHERE t.id = r.id)) THEN
        RAISE EXCEPTION 'load %: a term that it resolved exists no longer', load.load_id USING ERRCODE = 'foreign_key_violation',
            HINT = 'Somebody deleted it. Resolve the terms again in another load.';
    END IF;
    INSERT INTO map_terms (number, id, inserted)
    SELECT DISTINCT r.id, r.id, false FROM resolved_terms r;
    ANALYZE map_terms;
    INSERT INTO number_offsets (table_name, id_offset, inserted)
    SELECT 'terms', min(m.id - m.number),
           CASE WHEN bool_and(m.inserted) = bool_or(m.inserted) THEN bool_and(m.inserted) END
    FROM map_terms m
    HAVING min(m.id - m.number) = max(m.id - m.number);
END
$$;
