-- One fixed order: the gate, then the index tables as they refer to each other. ONLY, because locking every partition is
-- what makes many of them slow. Readers are not locked out: SHARE ROW EXCLUSIVE stops writers only.
CREATE OR REPLACE PROCEDURE exograph.close_gate(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM exograph.start_phase(load_id, 'closing the gate');
    PERFORM pg_advisory_xact_lock(exograph.gate_key());
    LOCK TABLE ONLY exograph.packages, ONLY exograph.package_versions, ONLY exograph.files, ONLY exograph.file_paths,
        ONLY exograph.terms, ONLY exograph.fragments, ONLY exograph.graph_nodes, ONLY exograph.comments,
        ONLY exograph.definitions, ONLY exograph.symbol_references, ONLY exograph.call_edges, ONLY exograph.fragment_terms
        IN SHARE ROW EXCLUSIVE MODE;
EXCEPTION WHEN lock_not_available THEN
    RAISE EXCEPTION 'load %: another transaction is writing to the index', load_id USING ERRCODE = 'lock_not_available',
        DETAIL = format('finalize_load waited for longer than lock_timeout (%s).', current_setting('lock_timeout')),
        HINT = 'pg_locks shows who holds an index table. The staging is intact: call again, perhaps with a longer lock_timeout.';
END
$$;

ALTER PROCEDURE exograph.close_gate(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.close_gate(integer) IS
    'Keeps all other writers out of the index until the transaction ends. Errors: 55P03.';
REVOKE ALL ON PROCEDURE exograph.close_gate(integer) FROM PUBLIC;
