-- The defaults are those of many small sessions: at 4 MB the sort of 1M fragments goes over the disk, and at 64 MB an index build
-- may take but one parallel worker. A DBA who gives more keeps it.
CREATE OR REPLACE FUNCTION exograph.load_settings() RETURNS TABLE (name text, setting text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT f.name, CASE WHEN pg_catalog.pg_size_bytes(pg_catalog.current_setting(f.name)) < pg_catalog.pg_size_bytes(f.least)
                        THEN f.least ELSE pg_catalog.current_setting(f.name) END
    FROM (VALUES ('work_mem', '64MB'), ('maintenance_work_mem', '256MB')) AS f (name, least)
$$;

ALTER FUNCTION exograph.load_settings() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.load_settings() IS
    'Memory settings under which finalize_load works: those in force, or the least that it needs to be fast.';
REVOKE ALL ON FUNCTION exograph.load_settings() FROM PUBLIC;
