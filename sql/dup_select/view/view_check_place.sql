CREATE OR REPLACE FUNCTION dup_select.view_check_place(view_name text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF to_regclass(view_name) IS NOT NULL AND NOT EXISTS (
        SELECT
        FROM pg_trigger t
        WHERE t.tgrelid = to_regclass(view_name) AND t.tgname = 'insert_row'
            AND t.tgfoid = to_regproc(dup_select.view_function_name(view_name)))
    THEN
        RAISE EXCEPTION '% exists and is no inserter view', view_name USING ERRCODE = 'duplicate_table',
            HINT = 'Give the view another name: view_name => ''a_schema.a_name''.';
    END IF;
END
$$;

ALTER FUNCTION dup_select.view_check_place(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_check_place(text) IS
    'Raises where the name of a view to be made belongs to something else: 42P07.';
REVOKE ALL ON FUNCTION dup_select.view_check_place(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_check_place(text) TO PUBLIC;
