-- partition_threshold: a fact costs 24 us in the shared partition and 4 us in its own, which costs 10 ms to make (measured on
-- symbol_references); but each partition stays in the way of every later query that cannot be pruned.
CREATE OR REPLACE FUNCTION exograph.default_options() RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT '{
        "on_reject": "fail",
        "reject_limit": null,
        "keep_maps": false,
        "partition_threshold": 10000,
        "ids": "numbered",
        "defer_indexes": false,
        "complete": []
    }'::pg_catalog.jsonb
$$;

ALTER FUNCTION exograph.default_options() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.default_options() IS 'Options of a load where neither begin_load nor finalize_load gives them.';
REVOKE ALL ON FUNCTION exograph.default_options() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exograph.default_options() TO exograph_loader, exograph_reader;
