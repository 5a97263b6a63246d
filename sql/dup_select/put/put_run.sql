-- Triggers may rely on the caller's search_path.
CREATE OR REPLACE PROCEDURE dup_select.put_run(statement text, pinned boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF pinned THEN
        CALL dup_select.put_run_pinned(statement);
    ELSE
        EXECUTE statement;
    END IF;
END
$$;

ALTER PROCEDURE dup_select.put_run(text, boolean) OWNER TO exograph_owner;
COMMENT ON PROCEDURE dup_select.put_run(text, boolean) IS
    'Runs a statement that writes tables, under the caller''s search_path if it is safe there.';
REVOKE ALL ON PROCEDURE dup_select.put_run(text, boolean) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE dup_select.put_run(text, boolean) TO PUBLIC;
