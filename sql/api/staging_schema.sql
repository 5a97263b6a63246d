SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph.staging_schema(load_id integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT 'exograph_load_' OPERATOR(pg_catalog.||) load_id::pg_catalog.text -- concat is STABLE: not folded into a query
$$;

COMMENT ON FUNCTION exograph.staging_schema(integer) IS 'Name of the schema that holds the staging tables of a load.';
