-- More than two rounds only beside a concurrent writer: what it commits between the look-up and the INSERT is found next time.
CREATE OR REPLACE PROCEDURE dup_select.put_level(title text, resolve text, missing text, pending text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_pending boolean;
BEGIN
    FOR v_attempt IN 1 .. 100 LOOP
        EXECUTE resolve;
        EXECUTE format('SELECT EXISTS (%s)', pending) INTO v_pending;
        IF NOT v_pending THEN
            RETURN;
        END IF;
        EXECUTE missing;
    END LOOP;
    RAISE EXCEPTION '% neither takes a row nor shows the one with its key', title USING ERRCODE = 'no_data_found',
        HINT = 'A trigger that changes the key, or a row security policy, may be the reason.';
END
$$;

ALTER PROCEDURE dup_select.put_level(text, text, text, text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE dup_select.put_level(text, text, text, text) IS
    'Finds or makes the rows of one level. Errors: 02000.';
REVOKE ALL ON PROCEDURE dup_select.put_level(text, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE dup_select.put_level(text, text, text, text) TO PUBLIC;
