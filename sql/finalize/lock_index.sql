-- One fixed order: the gate, then the index tables as they refer to each other. ONLY, because locking every partition is
-- what makes many of them slow. Readers are not locked out: SHARE ROW EXCLUSIVE stops writers only.
CREATE OR REPLACE PROCEDURE exograph.lock_index(what text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(exograph.gate_key());
    LOCK TABLE ONLY exograph.packages, ONLY exograph.package_versions, ONLY exograph.files, ONLY exograph.file_paths,
        ONLY exograph.terms, ONLY exograph.fragments, ONLY exograph.graph_nodes, ONLY exograph.comments,
        ONLY exograph.definitions, ONLY exograph.symbol_references, ONLY exograph.call_edges, ONLY exograph.fragment_terms
        IN SHARE ROW EXCLUSIVE MODE;
    -- A writer above READ COMMITTED locks this row: it fails with 40001 where its snapshot is older than this transaction.
    UPDATE exograph.gate g SET generation = g.generation + 1;
EXCEPTION WHEN lock_not_available THEN
    RAISE EXCEPTION '%: another transaction is writing to the index', what USING ERRCODE = 'lock_not_available',
        DETAIL = format('It waited for longer than lock_timeout (%s).', current_setting('lock_timeout')),
        HINT = 'pg_locks shows who holds an index table. Nothing was changed: call again, perhaps with a longer lock_timeout.';
END
$$;

ALTER PROCEDURE exograph.lock_index(text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.lock_index(text) IS
    'Keeps all other writers out of the index until the transaction ends; what names the caller in the error. Errors: 55P03.';
REVOKE ALL ON PROCEDURE exograph.lock_index(text) FROM PUBLIC;
