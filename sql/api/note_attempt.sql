SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph.note_attempt(load_id integer, sqlstate text, message text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_load exograph.loads;
BEGIN
    SELECT * INTO v_load FROM exograph.loads l WHERE l.load_id = note_attempt.load_id FOR UPDATE SKIP LOCKED;
    IF v_load.load_id IS NULL AND EXISTS (SELECT FROM exograph.loads l WHERE l.load_id = note_attempt.load_id) THEN
        RETURN false; -- the next attempt is at work, or this one yet
    END IF;
    CALL exograph_private.require_own_load(load_id, v_load);
    IF v_load.state <> 'open' THEN
        RETURN false;
    END IF;
    CALL exograph_private.note_attempts(v_load);
    UPDATE exograph.load_attempts a
    SET outcome = CASE note_attempt.sqlstate WHEN '57014' THEN 'cancelled' ELSE 'failed' END,
        sqlstate = note_attempt.sqlstate, message = left(note_attempt.message, 2000)
    WHERE a.load_id = note_attempt.load_id AND a.outcome = 'unknown'
        AND a.attempt = (SELECT max(o.attempt) FROM exograph.load_attempts o WHERE o.load_id = note_attempt.load_id);
    RETURN FOUND;
END
$$;

COMMENT ON FUNCTION exograph.note_attempt(integer, text, text) IS
'Enters in exograph.load_attempts why the last attempt to finalize an open load failed: SQLSTATE and message of its error. For
drivers, after a finalize_load that began its phases; without it, the next call on the load that commits enters the attempt as of
unknown outcome. Returns whether it did: not while another session is working on the load. Errors: XG001, 42501.';
