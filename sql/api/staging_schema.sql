SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph.staging_schema(load_id integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT pg_catalog.concat('exograph_load_', load_id)
$$;

COMMENT ON FUNCTION exograph.staging_schema(integer) IS 'Name of the schema that holds the staging tables of a load.';
