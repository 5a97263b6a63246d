CREATE OR REPLACE FUNCTION dup_select.column_list(target regclass) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
        FROM pg_attribute a
        WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped);
END
$$;

ALTER FUNCTION dup_select.column_list(regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.column_list(regclass) IS
    'All columns of a table, in its order, which its partitions and children need not have.';
REVOKE ALL ON FUNCTION dup_select.column_list(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.column_list(regclass) TO PUBLIC;
