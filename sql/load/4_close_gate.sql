SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- From here on nobody else writes to the index until the transaction ends.
CREATE OR REPLACE PROCEDURE exograph_private.close_gate(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.start_phase(load_id, 'close gate');
    CALL exograph_private.lock_index(format('load %s', load_id));
END
$$;

-- Keeps all other writers out of the index until the transaction ends; what names the caller in the error. Errors: 55P03. One
-- fixed order: the gate, then the index tables as they refer to each other. ONLY, because locking every partition is what makes
-- many of them slow. Readers are not locked out: SHARE ROW EXCLUSIVE stops writers only.
CREATE OR REPLACE PROCEDURE exograph_private.lock_index(what text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    LOCK TABLE exograph.gate, ONLY exograph.packages, ONLY exograph.package_versions, ONLY exograph.files,
        ONLY exograph.file_paths, ONLY exograph.terms, ONLY exograph.fragments, ONLY exograph.graph_nodes,
        ONLY exograph.comments, ONLY exograph.definitions, ONLY exograph.symbol_references, ONLY exograph.call_edges,
        ONLY exograph.fragment_term_sets
        IN SHARE ROW EXCLUSIVE MODE;
    -- A writer above READ COMMITTED locks this row: it fails with 40001 where its snapshot is older than this transaction.
    UPDATE exograph.gate g SET generation = g.generation + 1;
EXCEPTION WHEN lock_not_available THEN
    PERFORM exograph_private.raise_lock_timeout(
        format('%s: another transaction is writing to the index', what),
        'exograph.lock_waits shows who waits for whom. Nothing was changed: call again, perhaps with a longer lock_timeout.',
        exograph_private.lock_holders(
            ARRAY(SELECT c.oid FROM pg_class c
                  WHERE c.relnamespace = 'exograph'::regnamespace
                      AND (c.relname IN ('gate', 'file_paths')
                           OR c.relname IN (SELECT t.table_name FROM exograph_private.staging_tables t))),
            'ShareRowExclusiveLock'));
END
$$;
