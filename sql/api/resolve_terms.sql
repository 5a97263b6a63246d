SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Select first, then one INSERT in the order of the key, so that two sessions with the same new terms cannot wait for each
-- other; what another session inserted meanwhile is found by the last statement.
CREATE OR REPLACE FUNCTION exograph.resolve_terms(terms text[], load_id integer DEFAULT NULL) RETURNS integer[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_load exograph_private.load;
    v_ids  integer[];
BEGIN
    IF array_position(terms, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'a term is NULL' USING ERRCODE = 'null_value_not_allowed',
            DETAIL = format('It is element %s.', array_position(terms, NULL)), HINT = 'Leave it out: a term is text.';
    END IF;
    -- The load before the gate, in the order in which finalize_load locks them.
    IF load_id IS NOT NULL THEN
        v_load := exograph_private.read_load(exograph_private.lock_open_load(load_id));
        IF NOT v_load.is_reserved THEN
            RAISE EXCEPTION 'load % was not begun with ids => ''reserved''', load_id USING ERRCODE = 'XG008',
                HINT = 'Its term numbers are its own, so ids of the index would be taken for them.';
        END IF;
        CALL exograph_private.require_staging(load_id);
    END IF;
    CALL exograph.wait_at_gate();
    INSERT INTO exograph.terms (term)
    SELECT DISTINCT ON (exograph.text_digest(n.term)) n.term
    FROM unnest(resolve_terms.terms) AS n (term)
    WHERE NOT EXISTS (SELECT FROM exograph.terms t WHERE exograph.text_digest(t.term) = exograph.text_digest(n.term))
    ORDER BY exograph.text_digest(n.term)
    ON CONFLICT (exograph.text_digest(term)) DO NOTHING;

    SELECT array_agg(t.id ORDER BY n.position) INTO v_ids
    FROM unnest(resolve_terms.terms) WITH ORDINALITY AS n (term, position)
    JOIN exograph.terms t ON exograph.text_digest(t.term) = exograph.text_digest(n.term) AND t.term = n.term;

    IF load_id IS NOT NULL THEN
        EXECUTE format('INSERT INTO %I.resolved_terms SELECT unnest($1)', exograph.staging_schema(load_id)) USING v_ids;
    END IF;
    RETURN coalesce(v_ids, '{}');
END
$$;

COMMENT ON FUNCTION exograph.resolve_terms(text[], integer) IS
'Ids of terms, in their order; those that do not exist are inserted. With a load''s number its staged facts may use the ids
without its staging the terms. Call it in a transaction of its own: finalize_load waits until that ends, and one that has
written through a view may deadlock with a finalize of that load. Errors: 22004, 25006, 40001, 40P01,
42501, 55P03, XG001, XG002, XG004, XG008.';
