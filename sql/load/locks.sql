SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Whether a table lock of one mode keeps another from being granted; modes as pg_locks names them. Only what the loader asks
-- for.
CREATE OR REPLACE FUNCTION exograph_private.lock_conflicts(wanted text, held text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT CASE wanted
               WHEN 'RowExclusiveLock' THEN
                   held IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
               WHEN 'ShareRowExclusiveLock' THEN held NOT IN ('AccessShareLock', 'RowShareLock')
               WHEN 'AccessExclusiveLock' THEN true
           END
$$;

-- Who holds a lock, for messages: process, role, application; of a prepared transaction, which has no process, its name. Since
-- when is for members of pg_read_all_stats; the owner of the schema is none unless a DBA made it one.
CREATE OR REPLACE FUNCTION exograph_private.session_name(pid integer, virtual_transaction text DEFAULT NULL) RETURNS text
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    SELECT coalesce(
        (SELECT pg_catalog.format('process %s (role %s, application %L%s)', a.pid, a.usename, a.application_name,
                                  ', in a transaction since ' || pg_catalog.date_trunc('second', a.xact_start))
         FROM pg_catalog.pg_stat_activity a
         WHERE a.pid = session_name.pid),
        (SELECT pg_catalog.format('prepared transaction %L (role %s, since %s)', x.gid, x.owner,
                                  pg_catalog.date_trunc('second', x.prepared))
         FROM pg_catalog.pg_prepared_xacts x
         JOIN pg_catalog.pg_locks l
             ON l.locktype = 'transactionid' AND l.transactionid = x.transaction AND l.pid IS NULL
         WHERE l.virtualtransaction = session_name.virtual_transaction),
        'process ' || session_name.pid)
$$;

-- At most three other sessions whose locks on tables conflict with a mode, for the detail of an error. NULL where there is none
-- any more. Asked when the wait is over, so it finds who holds a conflicting lock now, or is before the caller in the queue.
CREATE OR REPLACE FUNCTION exograph_private.lock_holders(tables oid[], mode text) RETURNS text
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    SELECT pg_catalog.string_agg(pg_catalog.format('%s %s %s on %s', exograph_private.session_name(h.pid, h.virtualtransaction),
                                                   CASE WHEN h.granted THEN 'holds' ELSE 'waits for' END, h.mode,
                                                   h.relation::pg_catalog.regclass), '; ' ORDER BY h.granted DESC, h.pid)
    FROM (
        SELECT DISTINCT ON (l.pid, l.virtualtransaction) l.pid, l.virtualtransaction, l.granted, l.mode, l.relation
        FROM pg_catalog.pg_locks l
        WHERE l.locktype = 'relation' AND l.relation = ANY (lock_holders.tables)
            AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
            AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
            AND exograph_private.lock_conflicts(lock_holders.mode, l.mode)
        ORDER BY l.pid, l.virtualtransaction, l.granted DESC, l.relation
        LIMIT 3
    ) h
$$;

-- Another session that holds a row, by what the row notes (its xmax), for the detail of an error. NULL where it is gone. A row
-- notes the transaction that locked it, or a list of them (a multixact), and each transaction holds a lock on its own number.
-- That what the row notes is no list is known only by asking.
CREATE OR REPLACE FUNCTION exograph_private.row_holder(noted xid) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_holder text;
BEGIN
    SELECT exograph_private.session_name(l.pid, l.virtualtransaction) INTO v_holder
    FROM pg_locks l
    WHERE l.locktype = 'transactionid' AND l.granted AND l.transactionid = noted AND l.pid IS DISTINCT FROM pg_backend_pid();
    IF v_holder IS NULL AND noted::text <> '0' THEN
        SELECT exograph_private.session_name(l.pid, l.virtualtransaction) INTO v_holder
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

-- For whoever goes on after a lock_timeout: raises 57014, in the server's words, where statement_timeout is over as well. Of two
-- timers that run out before the server looks at them, it reports the one and forgets the other, so that the call would never
-- end by it. Counted from when the message of the client came, as the timer is for a message of one statement.
CREATE OR REPLACE FUNCTION exograph_private.check_statement_timeout() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    IF current_setting('statement_timeout') <> '0'
        AND clock_timestamp() - statement_timestamp() >= current_setting('statement_timeout')::interval
    THEN
        RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = 'query_canceled';
    END IF;
END
$$;

-- Raises 55P03 with what was not had, who holds it (lock_holders or row_holder; NULL where it is gone), and what to do.
CREATE OR REPLACE FUNCTION exograph_private.raise_lock_timeout(what text, hint text, holders text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    RAISE EXCEPTION '%', what USING ERRCODE = 'lock_not_available',
        DETAIL = concat_ws(' ', format('It waited for longer than lock_timeout (%s).', current_setting('lock_timeout')),
                           upper(left(holders, 1)) || substr(holders, 2) || '.'),
        HINT = hint;
END
$$;

-- Locks index tables against readers too, all or none, until the transaction ends; what names the caller in the error, and
-- otherwise ends its hint. Errors: 55P03 after lock_timeout, which must be set. A reader that holds one of the tables and asks
-- for another would deadlock with who waits the other way round, and lose its query. So this never makes anybody wait for long:
-- it asks for all tables within a fifth of a second, lets go of all where it does not get them, and asks for longer each time,
-- but always for less than deadlock_timeout (1 s), when a waiter looks for deadlocks.
CREATE OR REPLACE PROCEDURE exograph_private.lock_readers_out(what text, tables text[], otherwise text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_end     timestamptz := clock_timestamp() + current_setting('lock_timeout')::interval;
    v_longest interval    := current_setting('deadlock_timeout')::interval * 0.8;
    v_span    interval    := least('200ms', v_longest);
    v_refused text;
BEGIN
    LOOP
        v_refused := exograph_private.lock_all_until(tables, 'ACCESS EXCLUSIVE', least(v_end, clock_timestamp() + v_span));
        EXIT WHEN v_refused IS NULL;
        IF clock_timestamp() >= v_end THEN
            PERFORM exograph_private.raise_lock_timeout(
                format('%s: another transaction is reading %s', what, v_refused),
                'exograph.lock_waits shows who waits for whom. Nothing was changed: call again, perhaps with a longer '
                'lock_timeout' || otherwise,
                exograph_private.lock_holders(ARRAY(SELECT format('exograph.%I', t)::regclass FROM unnest(tables) t),
                                              'AccessExclusiveLock'));
        END IF;
        PERFORM pg_sleep(least(0.1, extract(epoch FROM v_end - clock_timestamp())));
        v_span := least(v_span * 2, v_longest);
    END LOOP;
END
$$;

-- Locks tables of schema exograph in a mode, all or, where that takes longer than until, none. Returns the first table that was
-- refused, NULL where it has all. The SET clause ends what set_config does here with the function.
CREATE OR REPLACE FUNCTION exograph_private.lock_all_until(tables text[], mode text, until timestamptz) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET lock_timeout = 0 AS $$
DECLARE
    v_left  integer; -- ms
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY tables LOOP
        v_left := 1000 * extract(epoch FROM until - clock_timestamp());
        PERFORM set_config('lock_timeout', greatest(1, v_left)::text, true);
        EXECUTE format('LOCK TABLE ONLY exograph.%I IN %s MODE', v_table, mode);
    END LOOP;
    RETURN NULL;
EXCEPTION WHEN lock_not_available THEN
    PERFORM exograph_private.check_statement_timeout();
    RETURN v_table;
END
$$;

-- Raises 53200 with what to do where a call has found no room in the server's table of locks, as the hint of its error tells in
-- every language. Returns where it was memory of another kind that it lacked: the caller raises that as it is.
CREATE OR REPLACE PROCEDURE exograph_private.raise_out_of_locks(what text, message text, hint text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF hint LIKE '%max_locks_per_transaction%' THEN
        RAISE EXCEPTION '%: %', what, message USING ERRCODE = 'out_of_memory',
            HINT = format('Each partition and each of its indexes takes a lock: %s, a larger max_locks_per_transaction '
                          '(a restart) makes room. Nothing was changed: call again then.',
                          CASE what WHEN 'merge_partitions' THEN 'those of others are free when their transactions end'
                                    ELSE 'SELECT * FROM exograph.merge_partitions() makes them fewer' END);
    END IF;
END
$$;
