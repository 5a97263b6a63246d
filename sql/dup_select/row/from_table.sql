-- Without ONLY the rows of children that inherit would be found too, whose keys are their own.
CREATE OR REPLACE FUNCTION dup_select.from_table(target regclass) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT format('FROM %s%I.%I', CASE t.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END, n.nspname, t.relname)
        FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
        WHERE t.oid = target);
END
$$;

ALTER FUNCTION dup_select.from_table(regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.from_table(regclass) IS
    'FROM clause for the rows that the unique indexes of a table cover.';
REVOKE ALL ON FUNCTION dup_select.from_table(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.from_table(regclass) TO PUBLIC;
