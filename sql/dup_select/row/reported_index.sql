CREATE OR REPLACE FUNCTION dup_select.reported_index(schema_name text, table_name text, constraint_name text) RETURNS regclass
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT i.indexrelid::regclass
        FROM pg_namespace n
        JOIN pg_class t ON t.relnamespace = n.oid
        JOIN pg_index i ON i.indrelid = t.oid
        JOIN pg_class x ON x.oid = i.indexrelid
        WHERE n.nspname = schema_name AND t.relname = table_name AND x.relname = constraint_name
            AND i.indisunique AND NOT i.indisexclusion);
END
$$;

ALTER FUNCTION dup_select.reported_index(text, text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.reported_index(text, text, text) IS
    'The unique index that the diagnostics of a 23505 name. NULL where there is none: the error was raised by hand.';
REVOKE ALL ON FUNCTION dup_select.reported_index(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.reported_index(text, text, text) TO PUBLIC;
