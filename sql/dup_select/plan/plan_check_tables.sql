CREATE OR REPLACE FUNCTION dup_select.plan_check_tables(target regclass, input regclass, by_row boolean) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF target IS NULL OR input IS NULL AND NOT by_row THEN
        RAISE EXCEPTION 'the % is NULL', CASE WHEN target IS NULL THEN 'target' ELSE 'source' END
            USING ERRCODE = 'null_value_not_allowed', HINT = 'Give the name of a table.';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = target AND c.relkind IN ('r', 'p')) THEN
        RAISE EXCEPTION '% is not a table', target USING ERRCODE = 'wrong_object_type',
            HINT = 'Name the table that the rows shall stand in.';
    END IF;
END
$$;

ALTER FUNCTION dup_select.plan_check_tables(regclass, regclass, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_check_tables(regclass, regclass, boolean) IS
    'Raises where the target is NULL, or the source of put_table is (22004), and where the target is no table (42809).';
REVOKE ALL ON FUNCTION dup_select.plan_check_tables(regclass, regclass, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_check_tables(regclass, regclass, boolean) TO PUBLIC;
