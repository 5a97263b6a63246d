CREATE OR REPLACE FUNCTION dup_select.target_table(row_type regtype) RETURNS regclass
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_table regclass;
BEGIN
    SELECT c.oid INTO v_table
    FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.oid = row_type AND c.relkind IN ('r', 'p');
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is not the row type of a table', row_type
            USING ERRCODE = 'wrong_object_type', HINT = 'Give a row of the table: ROW(...)::the_schema.the_table.';
    END IF;
    RETURN v_table;
END
$$;

ALTER FUNCTION dup_select.target_table(regtype) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.target_table(regtype) IS
    'The table whose row type this is. 42809 where it is that of no table: a view, a domain, a scalar.';
REVOKE ALL ON FUNCTION dup_select.target_table(regtype) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.target_table(regtype) TO PUBLIC;
