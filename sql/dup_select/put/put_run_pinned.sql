CREATE OR REPLACE PROCEDURE dup_select.put_run_pinned(statement text)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE statement;
END
$$;

ALTER PROCEDURE dup_select.put_run_pinned(text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE dup_select.put_run_pinned(text) IS
    'Runs a statement under search_path = pg_catalog, pg_temp.';
REVOKE ALL ON PROCEDURE dup_select.put_run_pinned(text) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE dup_select.put_run_pinned(text) TO PUBLIC;
