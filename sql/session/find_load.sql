CREATE OR REPLACE FUNCTION exograph.find_load(load_id integer) RETURNS integer
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_open integer[];
BEGIN
    IF load_id IS NOT NULL THEN
        RETURN load_id;
    END IF;
    SELECT array_agg(l.load_id ORDER BY l.load_id) INTO v_open
    FROM exograph.loads l
    WHERE l.state = 'open'
        AND exograph.owner_of_load(l) = (SELECT r.oid FROM pg_roles r WHERE r.rolname = exograph.caller());
    IF cardinality(v_open) = 1 THEN
        RETURN v_open[1];
    END IF;
    IF v_open IS NULL THEN
        RAISE EXCEPTION 'role % has no open load', quote_ident(exograph.caller()) USING ERRCODE = 'XG003',
            HINT = 'SELECT exograph.begin_load(''a label'') begins one; a load that somebody else began is named by its number.';
    END IF;
    RAISE EXCEPTION 'role % has % open loads', quote_ident(exograph.caller()), cardinality(v_open) USING ERRCODE = 'XG003',
        DETAIL = format('They are %s.', array_to_string(v_open, ', ')),
        HINT = format('Name one: CALL exograph.finalize_load(%s).', v_open[1]);
END
$$;

ALTER FUNCTION exograph.find_load(integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.find_load(integer) IS
    'The load that is meant: the one named or, for NULL, the caller''s only open one. Errors: XG003.';
REVOKE ALL ON FUNCTION exograph.find_load(integer) FROM PUBLIC;
