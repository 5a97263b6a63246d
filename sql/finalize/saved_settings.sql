CREATE OR REPLACE FUNCTION exograph.saved_settings() RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.jsonb_object_agg(s.name, pg_catalog.current_setting(s.name))
    FROM (SELECT name FROM exograph.load_settings() UNION ALL VALUES ('application_name'), ('lock_timeout')) s
$$;

ALTER FUNCTION exograph.saved_settings() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.saved_settings() IS
    'The settings that finalize_load and its kin change for their transaction, as they are in force, for restore_settings.';
REVOKE ALL ON FUNCTION exograph.saved_settings() FROM PUBLIC;
