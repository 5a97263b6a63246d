-- Above READ COMMITTED no statement sees what was committed since the first one.
CREATE OR REPLACE PROCEDURE exograph.require_read_committed(what text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION '% needs READ COMMITTED, this transaction is %',
            what, upper(current_setting('transaction_isolation'))
            USING ERRCODE = 'XG007', HINT = CASE current_setting('default_transaction_isolation')
                WHEN current_setting('transaction_isolation') THEN format(
                    'It is the default of this session. BEGIN ISOLATION LEVEL READ COMMITTED, then do it; or '
                    'SET default_transaction_isolation = ''read committed'' first, and for good '
                    'ALTER ROLE %I SET default_transaction_isolation = ''read committed''.', session_user)
                ELSE 'BEGIN ISOLATION LEVEL READ COMMITTED, or call it outside a transaction.'
            END;
    END IF;
END
$$;

ALTER PROCEDURE exograph.require_read_committed(text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.require_read_committed(text) IS
    'Refuses a transaction above READ COMMITTED; what names the caller in the error. Errors: XG007.';
REVOKE ALL ON PROCEDURE exograph.require_read_committed(text) FROM PUBLIC;
