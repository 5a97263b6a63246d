-- The ids of an attempt that was rolled back are nobody's. Where the sequence still stands where the attempt left it, it is set
-- back: under the locks that keep everybody else from it, in a subtransaction that is rolled back to let go of them. What a
-- sequence is set to outlives that, as it outlived the attempt.
CREATE OR REPLACE FUNCTION exograph.take_back_ids(load_id integer, table_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    -- By catalog: a schema that somebody else made in its place may not be entered.
    v_note     regclass := (SELECT c.oid FROM pg_class c
                            JOIN pg_namespace n ON n.oid = c.relnamespace
                            WHERE n.nspname = exograph.staging_schema(load_id) AND n.nspowner = current_user::regrole
                                AND c.relname = 'taken_' || take_back_ids.table_name AND c.relkind = 'S');
    v_sequence regclass := pg_get_serial_sequence(format('exograph.%I', table_name), 'id');
    v_noted    bigint   := pg_sequence_last_value(v_note);
    v_last     bigint   := v_noted >> 27;
    v_before   bigint   := v_last - (v_noted & 134217727);
BEGIN
    IF v_last = pg_sequence_last_value(v_sequence) THEN
        BEGIN
            EXECUTE format('LOCK TABLE ONLY exograph.%I IN SHARE ROW EXCLUSIVE MODE NOWAIT', table_name);
            PERFORM FROM exograph.reservation_turns t WHERE t.table_name = take_back_ids.table_name FOR UPDATE NOWAIT;
            IF v_last = pg_sequence_last_value(v_sequence) THEN
                PERFORM setval(v_note, 1, false); -- first: nobody may take back what others have taken again
                PERFORM setval(v_sequence, greatest(v_before, 1), v_before > 0);
            END IF;
            RAISE EXCEPTION 'taken back';
        EXCEPTION WHEN raise_exception OR lock_not_available THEN
            NULL;
        END;
    END IF;
    RETURN coalesce(pg_sequence_last_value(v_sequence), 0);
END
$$;

ALTER FUNCTION exograph.take_back_ids(integer, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.take_back_ids(integer, text) IS
    'Gives the ids of a dimension back that an earlier attempt to finalize the load took (note_ids), unless anybody took any '
    'since or is about to. Returns the last id that is taken, 0 where none is.';
REVOKE ALL ON FUNCTION exograph.take_back_ids(integer, text) FROM PUBLIC;
