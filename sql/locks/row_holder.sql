-- A row notes the transaction that locked it, or a list of them (a multixact), and each transaction holds a lock on its own
-- number. That what the row notes is no list is known only by asking.
CREATE OR REPLACE FUNCTION exograph.row_holder(noted xid) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_holder text;
BEGIN
    SELECT exograph.session_name(l.pid, l.virtualtransaction) INTO v_holder
    FROM pg_locks l
    WHERE l.locktype = 'transactionid' AND l.granted AND l.transactionid = noted AND l.pid IS DISTINCT FROM pg_backend_pid();
    IF v_holder IS NULL AND noted::text <> '0' THEN
        SELECT exograph.session_name(l.pid, l.virtualtransaction) INTO v_holder
        FROM pg_get_multixact_members(noted) m
        JOIN pg_locks l ON l.locktype = 'transactionid' AND l.granted AND l.transactionid = m.xid
        WHERE l.pid IS DISTINCT FROM pg_backend_pid()
        LIMIT 1;
    END IF;
    RETURN v_holder;
EXCEPTION WHEN OTHERS THEN
    RETURN NULL; -- no such list: the holder is gone
END
$$;

ALTER FUNCTION exograph.row_holder(xid) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.row_holder(xid) IS
    'Another session that holds a row, by what the row notes (its xmax), for the detail of an error. NULL where it is gone.';
REVOKE ALL ON FUNCTION exograph.row_holder(xid) FROM PUBLIC;
