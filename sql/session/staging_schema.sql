CREATE OR REPLACE FUNCTION exograph.staging_schema(load_id integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT pg_catalog.concat('exograph_load_', load_id)
$$;

ALTER FUNCTION exograph.staging_schema(integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.staging_schema(integer) IS 'Name of the schema that holds the staging tables of a load.';
REVOKE ALL ON FUNCTION exograph.staging_schema(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exograph.staging_schema(integer) TO exograph_loader, exograph_reader;
