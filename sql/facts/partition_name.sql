CREATE OR REPLACE FUNCTION exograph.partition_name(table_name text, load_id integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT pg_catalog.concat(table_name, '_load_', load_id)
$$;

ALTER FUNCTION exograph.partition_name(text, integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.partition_name(text, integer) IS 'Name of the partition of a fact table that holds one load.';
REVOKE ALL ON FUNCTION exograph.partition_name(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exograph.partition_name(text, integer) TO exograph_loader, exograph_reader;
