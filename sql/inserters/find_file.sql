-- Two statements, because IS NOT DISTINCT FROM uses no index.
CREATE OR REPLACE FUNCTION exograph.find_file(package_version_id bigint, sha256 bytea) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    IF package_version_id IS NULL THEN
        RETURN (SELECT f.id FROM exograph.files f WHERE f.package_version_id IS NULL AND f.sha256 = find_file.sha256
                FOR KEY SHARE);
    END IF;
    RETURN (SELECT f.id FROM exograph.files f
            WHERE f.package_version_id = find_file.package_version_id AND f.sha256 = find_file.sha256
            FOR KEY SHARE);
END
$$;

ALTER FUNCTION exograph.find_file(bigint, bytea) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.find_file(bigint, bytea) IS
    'Id of the file with this key, NULL where none stands; nobody deletes it until the transaction ends. package_version_id is '
    'NULL for a file without package. Errors: 40001.';
REVOKE ALL ON FUNCTION exograph.find_file(bigint, bytea) FROM PUBLIC;
