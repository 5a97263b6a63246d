-- More than two rounds only beside a concurrent writer: what it commits between the look-up and the INSERT is found next time.
CREATE OR REPLACE PROCEDURE dup_select.put_level(title text, resolve text, missing text, pending text, pinned boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    FOR v_attempt IN 1 .. 100 LOOP
        IF dup_select.put_is_resolved(resolve, pending) THEN
            RETURN;
        END IF;
        CALL dup_select.put_run(missing, pinned);
    END LOOP;
    RAISE EXCEPTION '% neither takes a row nor shows the one with its key', title USING ERRCODE = 'no_data_found',
        HINT = 'A trigger that leaves rows out, or a row security policy, may be the reason.';
END
$$;

ALTER PROCEDURE dup_select.put_level(text, text, text, text, boolean) OWNER TO exograph_owner;
COMMENT ON PROCEDURE dup_select.put_level(text, text, text, text, boolean) IS
    'Finds or makes the rows of one level. Errors: P0002 where a row still has none after 100 rounds; those of the tables.';
REVOKE ALL ON PROCEDURE dup_select.put_level(text, text, text, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE dup_select.put_level(text, text, text, text, boolean) TO PUBLIC;
