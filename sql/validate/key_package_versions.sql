CREATE OR REPLACE PROCEDURE exograph.key_package_versions()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO keys_package_versions (number, canonical, package)
    SELECT s.id, min(s.id) OVER (PARTITION BY p.canonical, s.version), p.canonical
    FROM staged_package_versions s
    JOIN keys_packages p ON p.number = s.package_id
    WHERE NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'package_versions' AND r.staged_ctid = s.ctid);
    ANALYZE keys_package_versions;
END
$$;

ALTER PROCEDURE exograph.key_package_versions() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.key_package_versions() IS 'Canonical numbers of the valid staged package versions.';
REVOKE ALL ON PROCEDURE exograph.key_package_versions() FROM PUBLIC;
