CREATE OR REPLACE FUNCTION exograph.column_definitions(table_name text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.string_agg(
               pg_catalog.format('%I %s%s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
                                 CASE WHEN a.attcollation <> t.typcollation
                                      THEN ' COLLATE ' || a.attcollation::pg_catalog.regcollation::pg_catalog.text END),
               ', ' ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = pg_catalog.format('exograph.%I', column_definitions.table_name)::pg_catalog.regclass
        AND a.attnum > 0 AND NOT a.attisdropped
$$;

ALTER FUNCTION exograph.column_definitions(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.column_definitions(text) IS
    'Columns of an index table with types and collations, as CREATE TABLE takes them.';
REVOKE ALL ON FUNCTION exograph.column_definitions(text) FROM PUBLIC;
