SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Refuses a transaction in which what is called (finalize_load, merge_partitions) cannot be right. Errors: XG007, 25006.
CREATE OR REPLACE PROCEDURE exograph_private.require_fit_transaction(what text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    -- A snapshot taken before the gate closed would not see what earlier loads inserted.
    CALL exograph_private.require_read_committed(what);
    CALL exograph_private.require_writable(what);
    -- Whoever holds the gate as a writer and then asks for it alone deadlocks with the next one who does the same.
    IF exograph_private.has_written_by_row() THEN
        RAISE EXCEPTION 'this transaction has written through the inserter views' USING ERRCODE = 'XG007',
            HINT = format('Commit first, then call %s.', what);
    END IF;
END
$$;

-- Refuses a transaction that may not write; what names the caller in the error. Errors: 25006.
CREATE OR REPLACE PROCEDURE exograph_private.require_writable(what text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF current_setting('transaction_read_only')::boolean THEN
        RAISE EXCEPTION '% writes, and this transaction is read-only', what USING ERRCODE = 'read_only_sql_transaction',
            HINT = 'BEGIN READ WRITE, or SET default_transaction_read_only = off; a standby loads nothing.';
    END IF;
END
$$;

-- Refuses a transaction above READ COMMITTED; what names the caller in the error. Errors: XG007. Above READ COMMITTED no
-- statement sees what was committed since the first one.
CREATE OR REPLACE PROCEDURE exograph_private.require_read_committed(what text)
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

-- Whether this transaction holds the gate as a row-wise writer does. A transaction that has finalized a load holds the lock of
-- the gate in this mode, too, for it has updated its row.
CREATE OR REPLACE FUNCTION exograph_private.has_written_by_row() RETURNS boolean
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    SELECT count(*) FILTER (WHERE l.mode = 'RowExclusiveLock') > 0
       AND count(*) FILTER (WHERE l.mode = 'ShareRowExclusiveLock') = 0
    FROM pg_catalog.pg_locks l
    WHERE l.locktype = 'relation' AND l.relation = 'exograph.gate'::pg_catalog.regclass
        AND l.pid = pg_catalog.pg_backend_pid() AND l.granted
$$;

-- Puts the settings that a load works under in force for the transaction, and returns those that they took the place of, for
-- restore_settings. The defaults of the server are those of many small sessions: at 4 MB the sort of 1M fragments goes over the
-- disk, and at 64 MB an index build may take but one parallel worker. A DBA who gives more keeps it; a lock_timeout, too, if set.
CREATE OR REPLACE FUNCTION exograph_private.take_settings() RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_settings jsonb := jsonb_build_object('application_name', current_setting('application_name'));
    v_name     text;
    v_least    text;
    v_setting  text;
BEGIN
    FOR v_name, v_least IN VALUES ('work_mem', '64MB'), ('maintenance_work_mem', '512MB'), ('lock_timeout', '60s') LOOP
        v_setting := current_setting(v_name);
        v_settings := v_settings || jsonb_build_object(v_name, v_setting);
        IF (CASE v_name WHEN 'lock_timeout' THEN v_setting = '0' ELSE pg_size_bytes(v_setting) < pg_size_bytes(v_least) END) THEN
            PERFORM set_config(v_name, v_least, true);
        END IF;
    END LOOP;
    RETURN v_settings;
END
$$;

-- Puts back what take_settings found: the caller's transaction may go on.
CREATE OR REPLACE PROCEDURE exograph_private.restore_settings(settings jsonb)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM set_config(s.key, s.value, true) FROM jsonb_each_text(settings) s;
END
$$;

-- Raises 40001 in a transaction above READ COMMITTED whose snapshot is older than a finalize. Every finalize updates the row of
-- the gate: locking it fails where the snapshot does not show the last of them.
CREATE OR REPLACE PROCEDURE exograph_private.check_snapshot()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        PERFORM FROM exograph.gate FOR SHARE;
    END IF;
END
$$;
