CREATE OR REPLACE PROCEDURE exograph.require_fit_transaction(what text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    -- A snapshot taken before the gate closed would not see what earlier loads inserted.
    CALL exograph.require_read_committed(what);
    IF current_setting('transaction_read_only')::boolean THEN
        RAISE EXCEPTION '% writes, and this transaction is read-only', what USING ERRCODE = 'read_only_sql_transaction',
            HINT = 'BEGIN READ WRITE, or SET default_transaction_read_only = off; a standby loads nothing.';
    END IF;
    -- Whoever holds the gate as a writer and then asks for it alone deadlocks with the next one who does the same.
    IF exograph.has_written_by_row() THEN
        RAISE EXCEPTION 'this transaction has written through the inserter views' USING ERRCODE = 'XG007',
            HINT = format('Commit first, then call %s.', what);
    END IF;
END
$$;

ALTER PROCEDURE exograph.require_fit_transaction(text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.require_fit_transaction(text) IS
    'Refuses a transaction in which what is called (finalize_load, merge_partitions) cannot be right. Errors: XG007, 25006.';
REVOKE ALL ON PROCEDURE exograph.require_fit_transaction(text) FROM PUBLIC;
