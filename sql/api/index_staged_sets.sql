SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE PROCEDURE exograph.index_staged_sets(load_id integer DEFAULT NULL)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' SET jit = off AS $$
DECLARE
    v_ledger   exograph.loads;
    v_load     exograph_private.load;
    v_settings jsonb   := exograph_private.take_settings();
    v_built    boolean := false;
BEGIN
    CALL exograph_private.require_fit_transaction('index_staged_sets');
    load_id := exograph_private.find_load(load_id);
    SELECT * INTO v_ledger FROM exograph.loads l WHERE l.load_id = index_staged_sets.load_id; -- finalize_load may have it locked
    CALL exograph_private.require_own_load(load_id, v_ledger);
    v_load := exograph_private.read_load(v_ledger);
    IF v_ledger.state = 'open' AND v_load.is_reserved THEN
        CALL exograph_private.enter_load(load_id);
        v_built := exograph_private.index_sets(v_load);
    END IF;
    IF NOT v_built THEN
        RAISE NOTICE 'load %: no sets of terms to index', load_id;
    END IF;
    CALL exograph_private.restore_settings(v_settings);
END
$$;

COMMENT ON PROCEDURE exograph.index_staged_sets(integer) IS
'Builds the index of the sets of terms that a load with reserved ids has staged, so that finalize_load, called meanwhile in
another session, has less to do: it waits for this one. Call it when all of them are staged. It builds nothing, and says so, while
somebody else uses them, and where finalize_load will write them anew: few, or of files or terms that exist. load_id NULL means
the caller''s only open load. Errors: XG001, XG003, XG004, XG007, 25006, 42501.';
