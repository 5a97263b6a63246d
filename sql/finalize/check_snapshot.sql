-- Every finalize updates the row of the gate: locking it fails where the snapshot does not show the last of them.
CREATE OR REPLACE PROCEDURE exograph.check_snapshot()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        PERFORM FROM exograph.gate FOR SHARE;
    END IF;
END
$$;

ALTER PROCEDURE exograph.check_snapshot() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.check_snapshot() IS
    'Raises 40001 in a transaction above READ COMMITTED whose snapshot is older than a finalize.';
REVOKE ALL ON PROCEDURE exograph.check_snapshot() FROM PUBLIC;
