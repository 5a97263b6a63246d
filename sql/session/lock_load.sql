-- The row lock is the load's lock: of two that finalize, seal or abandon one load, the second waits and sees the outcome.
CREATE OR REPLACE FUNCTION exograph.lock_load(load_id integer) RETURNS exograph.loads
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_load exograph.loads;
BEGIN
    BEGIN
        SELECT * INTO v_load FROM exograph.loads l WHERE l.load_id = lock_load.load_id FOR UPDATE;
    EXCEPTION WHEN lock_not_available THEN
        RAISE EXCEPTION 'load %: another session is working on it', load_id USING ERRCODE = 'lock_not_available',
            HINT = format('exograph.open_loads shows which; wait for it, or raise lock_timeout (it is %s).',
                          current_setting('lock_timeout'));
    END;
    IF v_load.load_id IS NULL THEN
        RAISE EXCEPTION 'there is no load %', load_id USING ERRCODE = 'XG001',
            HINT = 'TABLE exograph.loads lists them.';
    END IF;
    IF NOT pg_has_role(exograph.caller(), v_load.role_oid, 'MEMBER') THEN
        RAISE EXCEPTION 'load % belongs to role %', load_id, quote_ident(v_load.started_by)
            USING ERRCODE = 'insufficient_privilege', HINT = 'That role, its members and superusers may work on it.';
    END IF;
    RETURN v_load;
END
$$;

ALTER FUNCTION exograph.lock_load(integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.lock_load(integer) IS
    'Locks a load until the transaction ends and returns its row in the ledger. Errors: XG001, 42501, 55P03.';
REVOKE ALL ON FUNCTION exograph.lock_load(integer) FROM PUBLIC;
