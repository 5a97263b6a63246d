CREATE OR REPLACE PROCEDURE exograph.key_files()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO keys_files (number, canonical, package_version, package)
    SELECT s.id, min(s.id) OVER (PARTITION BY v.canonical, s.sha256), v.canonical, v.package
    FROM staged_files s
    LEFT JOIN keys_package_versions v ON v.number = s.package_version_id
    WHERE NOT EXISTS (SELECT FROM rejects r WHERE r.table_name = 'files' AND r.staged_ctid = s.ctid);
    ANALYZE keys_files;
END
$$;

ALTER PROCEDURE exograph.key_files() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.key_files() IS
    'Canonical numbers of the valid staged files, with version and package; these are NULL for a file without package.';
REVOKE ALL ON PROCEDURE exograph.key_files() FROM PUBLIC;
