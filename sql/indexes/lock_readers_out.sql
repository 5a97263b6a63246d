-- A reader that holds one of the tables and asks for another would deadlock with who waits the other way round, and lose its
-- query. So this never makes anybody wait for long: it asks for all tables within a fifth of a second, lets go of all where it
-- does not get them, and asks for longer each time, but always for less than deadlock_timeout (1 s), when a waiter looks for
-- deadlocks.
CREATE OR REPLACE PROCEDURE exograph.lock_readers_out(what text, tables text[], otherwise text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_timeout text        := current_setting('lock_timeout');
    v_end     timestamptz := clock_timestamp() + v_timeout::interval;
    v_longest interval    := current_setting('deadlock_timeout')::interval * 0.8;
    v_span    interval    := least('200ms', v_longest);
    v_until   timestamptz;
    v_left    integer; -- ms
    v_table   text;
BEGIN
    LOOP
        v_until := least(v_end, clock_timestamp() + v_span);
        BEGIN
            FOREACH v_table IN ARRAY tables LOOP
                v_left := 1000 * extract(epoch FROM v_until - clock_timestamp());
                PERFORM set_config('lock_timeout', greatest(1, v_left)::text, true);
                EXECUTE format('LOCK TABLE ONLY exograph.%I IN ACCESS EXCLUSIVE MODE', v_table);
            END LOOP;
            PERFORM set_config('lock_timeout', v_timeout, true);
            RETURN;
        EXCEPTION WHEN lock_not_available THEN
            IF clock_timestamp() >= v_end THEN
                PERFORM exograph.raise_lock_timeout(
                    format('%s: another transaction is reading %s', what, v_table),
                    'exograph.lock_waits shows who waits for whom. Nothing was changed: call again, perhaps with a longer '
                    'lock_timeout' || otherwise,
                    exograph.lock_holders(ARRAY(SELECT format('exograph.%I', t)::regclass FROM unnest(tables) t),
                                          'AccessExclusiveLock'));
            END IF;
        END;
        PERFORM pg_sleep(least(0.1, extract(epoch FROM v_end - clock_timestamp())));
        v_span := least(v_span * 2, v_longest);
    END LOOP;
END
$$;

ALTER PROCEDURE exograph.lock_readers_out(text, text[], text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.lock_readers_out(text, text[], text) IS
    'Locks index tables against readers too, all or none, until the transaction ends; what names the caller in the error, and '
    'otherwise ends its hint. Errors: 55P03 after lock_timeout, which must be set.';
REVOKE ALL ON PROCEDURE exograph.lock_readers_out(text, text[], text) FROM PUBLIC;
