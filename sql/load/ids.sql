SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Keeps other sessions from reserving ids of a dimension until the transaction ends. Errors: 55P03. The turn ends with the
-- transaction.
CREATE OR REPLACE PROCEDURE exograph_private.take_turn(table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM FROM exograph.reservation_turns t WHERE t.table_name = take_turn.table_name FOR UPDATE;
EXCEPTION WHEN lock_not_available THEN
    PERFORM exograph_private.raise_lock_timeout(
        format('another session is reserving ids of exograph.%I', table_name),
        'exograph.lock_waits shows who waits for whom. Call again, perhaps with a longer lock_timeout.',
        (SELECT exograph_private.row_holder(t.xmax) || ' has the turn'
         FROM exograph.reservation_turns t WHERE t.table_name = take_turn.table_name));
END
$$;

-- Gives the ids of a dimension back that an earlier attempt to finalize the load took (note_ids), unless anybody took any since
-- or is about to. Returns the last id that is taken, 0 where none is. The ids of an attempt that was rolled back are nobody's.
-- Where the sequence is still where the attempt left it, it is set back: under the locks that keep everybody else from it,
-- in a subtransaction that is rolled back to let go of them. What a sequence is set to outlives that, as it outlived the
-- attempt.
CREATE OR REPLACE FUNCTION exograph_private.take_back_ids(load_id integer, table_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_note     regclass := exograph_private.staging_sequence(load_id, 'taken_' || table_name);
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

-- Notes which ids of a dimension this attempt to finalize the load on the search path has taken, so that they can be taken back
-- should it fail. before: the last id that was taken before it. Both numbers in one, since a sequence is all that outlives a
-- rollback. Larger ones are not noted, and lost to a failure: they are bigints. Where others took ids in between (reserve_ids),
-- it is not known which.
CREATE OR REPLACE PROCEDURE exograph_private.note_ids(table_name text, before bigint, taken bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_last bigint := pg_sequence_last_value(pg_get_serial_sequence(format('exograph.%I', table_name), 'id')::regclass);
BEGIN
    IF taken BETWEEN 1 AND 134217727 AND v_last = before + taken AND v_last < 68719476736 THEN
        PERFORM setval(to_regclass('taken_' || table_name), v_last << 27 | taken);
    END IF;
END
$$;
