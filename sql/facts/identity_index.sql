CREATE OR REPLACE FUNCTION exograph.identity_index(table_name text) RETURNS regclass
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT i.indexrelid::pg_catalog.regclass
    FROM pg_catalog.pg_index i
    WHERE i.indrelid = pg_catalog.format('exograph.%I', table_name)::pg_catalog.regclass AND i.indisunique
$$;

ALTER FUNCTION exograph.identity_index(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.identity_index(text) IS 'The unique index of a fact table.';
REVOKE ALL ON FUNCTION exograph.identity_index(text) FROM PUBLIC;
