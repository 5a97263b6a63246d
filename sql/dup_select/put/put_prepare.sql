-- The expressions of a mapping have been checked under this search_path, so they are evaluated under it.
CREATE OR REPLACE PROCEDURE dup_select.put_prepare(plan jsonb, source regclass)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_statement text;
BEGIN
    IF (SELECT c.relkind NOT IN ('r', 'm') FROM pg_class c WHERE c.oid = source) THEN
        RAISE EXCEPTION '% is not a table, its rows have no address', source USING ERRCODE = 'wrong_object_type',
            HINT = 'CREATE TEMPORARY TABLE ... AS SELECT makes one.';
    ELSIF EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = source) THEN
        RAISE EXCEPTION '% has child tables, whose rows have addresses of their own', source USING ERRCODE = 'wrong_object_type',
            HINT = 'CREATE TEMPORARY TABLE ... AS SELECT makes one table of them.';
    END IF;
    FOR v_statement IN SELECT dup_select.put_fill(plan, dup_select.plan_table_name(source)) LOOP
        EXECUTE v_statement;
    END LOOP;
END
$$;

ALTER PROCEDURE dup_select.put_prepare(jsonb, regclass) OWNER TO exograph_owner;
COMMENT ON PROCEDURE dup_select.put_prepare(jsonb, regclass) IS
    'Makes and fills the work table of put_table. Errors: 42809 where the source is a view or has child tables; those of the '
    'expressions.';
REVOKE ALL ON PROCEDURE dup_select.put_prepare(jsonb, regclass) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE dup_select.put_prepare(jsonb, regclass) TO PUBLIC;
