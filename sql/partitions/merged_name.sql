CREATE OR REPLACE FUNCTION exograph.merged_name(table_name text, first_load integer, last_load integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT pg_catalog.concat(exograph.partition_name(table_name, first_load), '_to_', last_load)
$$;

ALTER FUNCTION exograph.merged_name(text, integer, integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.merged_name(text, integer, integer) IS
    'Name of the partition that holds the loads from first_load to last_load.';
REVOKE ALL ON FUNCTION exograph.merged_name(text, integer, integer) FROM PUBLIC;
