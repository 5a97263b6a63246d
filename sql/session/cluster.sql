CREATE OR REPLACE FUNCTION exograph.cluster() RETURNS bigint
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT c.system_identifier FROM pg_catalog.pg_control_system() c
$$;

ALTER FUNCTION exograph.cluster() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.cluster() IS 'System identifier of this cluster: oids of roles mean something within one only.';
REVOKE ALL ON FUNCTION exograph.cluster() FROM PUBLIC;
