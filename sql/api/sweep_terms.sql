SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph.sweep_terms() RETURNS TABLE (table_name text, deleted bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' SET jit = off AS $$
DECLARE
    v_settings   jsonb := exograph_private.take_settings();
    v_partitions oid[];
    v_horizon    xid;
    v_terms      integer[];
    v_gone       exograph_private.gone;
    v_hint       text;
BEGIN
    CALL exograph_private.require_removal('sweep_terms');
    LOCK TABLE exograph.fragment_term_sets IN ACCESS SHARE MODE; -- so that no partition is dropped
    v_partitions := ARRAY(SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = 'exograph.fragment_term_sets'::regclass);
    v_horizon := pg_snapshot_xmin(pg_current_snapshot())::xid;
    v_terms := exograph_private.unheld_terms(v_partitions);
    IF v_terms <> '{}' THEN
        PERFORM exograph_private.hold_resolved_terms(waiting => true);
        CALL exograph_private.enter_removal('sweep_terms');
        v_gone.terms := exograph_private.still_unused_terms(v_terms, v_partitions, v_horizon);
        RETURN QUERY SELECT * FROM exograph_private.remove_gone(v_gone);
        CALL exograph_private.end_removing();
    END IF;
    IF v_gone.terms = '{}' IS NOT FALSE THEN
        RAISE NOTICE 'every term is used';
    END IF;
    CALL exograph_private.restore_settings(v_settings);
EXCEPTION WHEN out_of_memory THEN
    GET STACKED DIAGNOSTICS v_hint = PG_EXCEPTION_HINT;
    CALL exograph_private.raise_out_of_locks('sweep_terms', SQLERRM, v_hint);
    RAISE;
END
$$;

COMMENT ON FUNCTION exograph.sweep_terms() IS
'Deletes the terms that nothing uses: no fragment holds them, and no open load has resolved them (exograph.resolve_terms with its
number). Returns how many went; none: no row, and a NOTICE. Others write while the index is looked through, and wait for the short
time in which terms are deleted; readers do not. An id that somebody else keeps, of a term that no fragment holds yet, may become
void. Waits for loads that are being finalized, at most lock_timeout (60 s where it is not set). For members of exograph_owner.
Errors: XG007, 25006, 42501, 53200 (no locks are left for so many partitions), 55P03.';
