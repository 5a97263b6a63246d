-- A reader that holds one of the tables and asks for another would deadlock with who waits the other way round, and lose its
-- query. So this waits for a fifth of a second at a time, well below deadlock_timeout (1 s), and lets go in between.
CREATE OR REPLACE PROCEDURE exograph.lock_readers_out(what text, tables text[])
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_timeout text        := current_setting('lock_timeout');
    v_end     timestamptz := clock_timestamp() + v_timeout::interval;
    v_lock    text        := format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE',
                                    (SELECT string_agg(format('ONLY exograph.%I', t), ', ') FROM unnest(tables) t));
BEGIN
    LOOP
        BEGIN
            PERFORM set_config('lock_timeout', CASE WHEN v_timeout::interval < '200ms' THEN v_timeout ELSE '200ms' END, true);
            EXECUTE v_lock;
            PERFORM set_config('lock_timeout', v_timeout, true);
            RETURN;
        EXCEPTION WHEN lock_not_available THEN
            IF clock_timestamp() >= v_end THEN
                RAISE EXCEPTION '%: another transaction is reading %', what, array_to_string(tables, ', ')
                    USING ERRCODE = 'lock_not_available',
                        DETAIL = format('It waited for longer than lock_timeout (%s) to drop indexes.', v_timeout),
                        HINT = 'pg_locks shows who reads. Nothing was changed: call again, perhaps with a longer lock_timeout, '
                            'or with defer_indexes => false.';
            END IF;
        END;
    END LOOP;
END
$$;

ALTER PROCEDURE exograph.lock_readers_out(text, text[]) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.lock_readers_out(text, text[]) IS
    'Locks index tables against readers too, all or none, until the transaction ends; what names the caller in the error. '
    'Errors: 55P03 after lock_timeout, which must be set.';
REVOKE ALL ON PROCEDURE exograph.lock_readers_out(text, text[]) FROM PUBLIC;
