CREATE OR REPLACE FUNCTION exograph.default_options() RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT '{
        "on_reject": "fail",
        "reject_limit": null,
        "keep_maps": false,
        "partition_threshold": 20000
    }'::pg_catalog.jsonb
$$;

ALTER FUNCTION exograph.default_options() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.default_options() IS 'Options of a load where neither begin_load nor finalize_load gives them.';
REVOKE ALL ON FUNCTION exograph.default_options() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exograph.default_options() TO exograph_loader, exograph_reader;
