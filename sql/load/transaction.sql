SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Refuses a transaction in which what is called (finalize_load, merge_partitions) cannot be right. Errors: XG007, 25006.
CREATE OR REPLACE PROCEDURE exograph_private.require_fit_transaction(what text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    -- A snapshot taken before the gate closed would not see what earlier loads inserted.
    CALL exograph_private.require_read_committed(what);
    IF current_setting('transaction_read_only')::boolean THEN
        RAISE EXCEPTION '% writes, and this transaction is read-only', what USING ERRCODE = 'read_only_sql_transaction',
            HINT = 'BEGIN READ WRITE, or SET default_transaction_read_only = off; a standby loads nothing.';
    END IF;
    -- Whoever holds the gate as a writer and then asks for it alone deadlocks with the next one who does the same.
    IF exograph_private.has_written_by_row() THEN
        RAISE EXCEPTION 'this transaction has written through the inserter views' USING ERRCODE = 'XG007',
            HINT = format('Commit first, then call %s.', what);
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

-- Memory settings under which finalize_load works: those in force, or the least that it needs to be fast. The defaults are those
-- of many small sessions: at 4 MB the sort of 1M fragments goes over the disk, and at 64 MB an index build may take but one
-- parallel worker. A DBA who gives more keeps it.
CREATE OR REPLACE FUNCTION exograph_private.load_settings() RETURNS TABLE (name text, setting text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT f.name, CASE WHEN pg_catalog.pg_size_bytes(pg_catalog.current_setting(f.name)) < pg_catalog.pg_size_bytes(f.least)
                        THEN f.least ELSE pg_catalog.current_setting(f.name) END
    FROM (VALUES ('work_mem', '64MB'), ('maintenance_work_mem', '256MB')) AS f (name, least)
$$;

-- The settings that finalize_load and its kin change for their transaction, as they are in force, for restore_settings.
CREATE OR REPLACE FUNCTION exograph_private.saved_settings() RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.jsonb_object_agg(s.name, pg_catalog.current_setting(s.name))
    FROM (SELECT name FROM exograph_private.load_settings() UNION ALL VALUES ('application_name'), ('lock_timeout')) s
$$;

-- Puts load_settings in force for the transaction; restore_settings takes them back.
CREATE OR REPLACE PROCEDURE exograph_private.raise_memory()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM set_config(s.name, s.setting, true) FROM exograph_private.load_settings() s;
END
$$;

-- Puts settings back to what saved_settings noted. The caller's transaction may go on.
CREATE OR REPLACE PROCEDURE exograph_private.restore_settings(settings jsonb)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM set_config(s.key, s.value, true) FROM jsonb_each_text(settings) s;
END
$$;
