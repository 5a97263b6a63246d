CREATE OR REPLACE PROCEDURE exograph.require_fit_transaction()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    -- A snapshot taken before the gate closed would not see what earlier loads inserted.
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'finalize_load needs READ COMMITTED, this transaction is %',
            upper(current_setting('transaction_isolation'))
            USING ERRCODE = 'XG007', HINT = 'BEGIN ISOLATION LEVEL READ COMMITTED, or call it outside a transaction.';
    END IF;
    IF current_setting('transaction_read_only')::boolean THEN
        RAISE EXCEPTION 'finalize_load writes, and this transaction is read-only' USING ERRCODE = 'read_only_sql_transaction';
    END IF;
    -- Whoever holds the gate as a writer and then asks for it alone deadlocks with the next one who does the same.
    IF exograph.gate_is_held() THEN
        RAISE EXCEPTION 'this transaction has written through the inserter views' USING ERRCODE = 'XG007',
            HINT = 'Commit first, then call finalize_load.';
    END IF;
END
$$;

ALTER PROCEDURE exograph.require_fit_transaction() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.require_fit_transaction() IS
    'Refuses a transaction in which finalize_load cannot be right. Errors: XG007, 25006.';
REVOKE ALL ON PROCEDURE exograph.require_fit_transaction() FROM PUBLIC;
