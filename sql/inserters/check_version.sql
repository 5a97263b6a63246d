CREATE OR REPLACE PROCEDURE exograph.check_version(
    actual_version_id bigint, actual_package_id bigint,
    package_version_id bigint, package_id bigint, ecosystem text, package text, version text
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF package_version_id IS NOT NULL AND package_version_id IS DISTINCT FROM actual_version_id THEN
        CALL exograph.raise_contradiction('package_version_id contradicts the version of its file');
    ELSIF package_id IS NOT NULL AND package_id IS DISTINCT FROM actual_package_id THEN
        CALL exograph.raise_contradiction('package_id contradicts the package of its version');
    ELSIF num_nonnulls(ecosystem, package, version) > 0 AND NOT EXISTS (
        SELECT
        FROM exograph.package_versions v
        JOIN exograph.packages p ON p.id = v.package_id
        WHERE v.id = actual_version_id
            AND p.ecosystem = coalesce(check_version.ecosystem, p.ecosystem)
            AND p.name = coalesce(check_version.package, p.name)
            AND v.version = coalesce(check_version.version, v.version))
    THEN
        CALL exograph.raise_contradiction('ecosystem, package and version contradict the version that an id names');
    END IF;
END
$$;

ALTER PROCEDURE exograph.check_version(bigint, bigint, bigint, bigint, text, text, text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.check_version(bigint, bigint, bigint, bigint, text, text, text) IS
    'Raises XG010 where what a row says of its package and version (NULL: nothing) contradicts the version it belongs to.';
REVOKE ALL ON PROCEDURE exograph.check_version(bigint, bigint, bigint, bigint, text, text, text) FROM PUBLIC;
