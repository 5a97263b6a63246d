CREATE OR REPLACE FUNCTION exograph.lock_open_load(load_id integer) RETURNS exograph.loads
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_load exograph.loads := exograph.lock_load(load_id);
BEGIN
    IF v_load.state <> 'open' THEN
        RAISE EXCEPTION 'load % is %', load_id, v_load.state USING ERRCODE = 'XG002',
            DETAIL = format('It ended at %s.', v_load.ended_at),
            HINT = 'SELECT exograph.begin_load(''a label'') begins a new one.';
    END IF;
    RETURN v_load;
END
$$;

ALTER FUNCTION exograph.lock_open_load(integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.lock_open_load(integer) IS
    'lock_load for a load that must be open. Errors: XG001, XG002, 42501, 55P03.';
REVOKE ALL ON FUNCTION exograph.lock_open_load(integer) FROM PUBLIC;
