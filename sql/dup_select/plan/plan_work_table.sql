-- One that no temporary relation or type of the session has. put_table drops its own, so that this is put_table_rows, except
-- where a trigger of a table that put_table fills calls it again.
CREATE OR REPLACE FUNCTION dup_select.plan_work_table() RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_name text := 'put_table_rows';
    v_n    integer := 1;
BEGIN
    WHILE to_regclass('pg_temp.' || v_name) IS NOT NULL OR to_regtype('pg_temp.' || v_name) IS NOT NULL LOOP
        v_n := v_n + 1;
        v_name := concat('put_table_rows_', v_n);
    END LOOP;
    RETURN v_name;
END
$$;

ALTER FUNCTION dup_select.plan_work_table() OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_work_table() IS
    'Name for the work table of put_table.';
REVOKE ALL ON FUNCTION dup_select.plan_work_table() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_work_table() TO PUBLIC;
