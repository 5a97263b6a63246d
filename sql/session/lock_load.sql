-- The row lock is the load's lock: of two that finalize, seal or abandon one load, the second waits and sees the outcome.
CREATE OR REPLACE FUNCTION exograph.lock_load(load_id integer) RETURNS exograph.loads
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_load  exograph.loads;
    v_owner oid;
BEGIN
    BEGIN
        SELECT * INTO v_load FROM exograph.loads l WHERE l.load_id = lock_load.load_id FOR UPDATE;
    EXCEPTION WHEN lock_not_available THEN
        PERFORM exograph.raise_lock_timeout(
            format('load %s: another session is working on it', load_id),
            'exograph.lock_waits shows who waits for whom. Call again when it is done, perhaps with a longer lock_timeout.',
            (SELECT exograph.row_holder(l.xmax) || ' works on it' FROM exograph.loads l WHERE l.load_id = lock_load.load_id));
    END;
    IF v_load.load_id IS NULL THEN
        RAISE EXCEPTION 'there is no load %', load_id USING ERRCODE = 'XG001',
            HINT = 'TABLE exograph.loads lists them.';
    END IF;
    v_owner := exograph.owner_of_load(v_load);
    IF NOT (coalesce(pg_has_role(exograph.caller(), v_owner, 'MEMBER'), false)
            OR pg_has_role(exograph.caller(), 'exograph_owner', 'MEMBER'))
    THEN
        RAISE EXCEPTION 'load % belongs to role %', load_id,
                coalesce(v_owner::regrole::text, quote_ident(v_load.started_by) || ', which is gone')
            USING ERRCODE = 'insufficient_privilege',
                HINT = 'That role, its members, those of exograph_owner, and superusers may work on it.';
    END IF;
    RETURN v_load;
END
$$;

ALTER FUNCTION exograph.lock_load(integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.lock_load(integer) IS
    'Locks a load until the transaction ends and returns its row in the ledger. Errors: XG001, 42501, 55P03.';
REVOKE ALL ON FUNCTION exograph.lock_load(integer) FROM PUBLIC;
