-- What keeps readers out of the index is not for every loader to do.
CREATE OR REPLACE PROCEDURE exograph.require_owner(what text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF NOT pg_has_role(exograph.caller(), 'exograph_owner', 'MEMBER') THEN
        RAISE EXCEPTION '% is for members of exograph_owner, which role % is not', what, quote_ident(exograph.caller())
            USING ERRCODE = 'insufficient_privilege',
                DETAIL = 'Readers of the index wait while it is done.',
                HINT = format('Leave it out, or have somebody do it who may. GRANT exograph_owner TO %I gives that right.',
                              exograph.caller());
    END IF;
END
$$;

ALTER PROCEDURE exograph.require_owner(text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.require_owner(text) IS
    'Refuses a caller who is no member of exograph_owner; what names the thing in the error. Errors: 42501.';
REVOKE ALL ON PROCEDURE exograph.require_owner(text) FROM PUBLIC;
