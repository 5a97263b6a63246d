-- A finalize takes the gate alone, so nothing is looked up here that it may be about to add. Statement triggers fire for
-- COPY too. Above READ COMMITTED the wait is no help: the snapshot may be older than what was added meanwhile, and locking
-- the row that every finalize updates tells so.
CREATE OR REPLACE FUNCTION exograph.enter_gate() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(exograph.gate_key());
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        PERFORM FROM exograph.gate FOR SHARE;
    END IF;
    RETURN NULL;
END
$$;

ALTER FUNCTION exograph.enter_gate() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.enter_gate() IS
    'Trigger before each INSERT into an inserter view: waits while a load is being finalized, and keeps finalizes out until '
    'this transaction ends. Errors: 40001 where the snapshot is older than a finalize; 55P03 after lock_timeout.';
REVOKE ALL ON FUNCTION exograph.enter_gate() FROM PUBLIC;
