-- The turn ends with the transaction.
CREATE OR REPLACE PROCEDURE exograph.take_turn(table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM FROM exograph.reservation_turns t WHERE t.table_name = take_turn.table_name FOR UPDATE;
EXCEPTION WHEN lock_not_available THEN
    PERFORM exograph.raise_lock_timeout(
        format('another session is reserving ids of exograph.%I', table_name),
        'exograph.lock_waits shows who waits for whom. Call again, perhaps with a longer lock_timeout.',
        (SELECT exograph.row_holder(t.xmax) || ' has the turn'
         FROM exograph.reservation_turns t WHERE t.table_name = take_turn.table_name));
END
$$;

ALTER PROCEDURE exograph.take_turn(text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.take_turn(text) IS
    'Keeps other sessions from reserving ids of a dimension until the transaction ends. Errors: 55P03.';
REVOKE ALL ON PROCEDURE exograph.take_turn(text) FROM PUBLIC;
