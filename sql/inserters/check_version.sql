-- Table by table: the plan of a join that was made for small tables reads whole indexes.
CREATE OR REPLACE PROCEDURE exograph.check_version(
    id_name text, id bigint, actual_version_id bigint,
    package_version_id bigint, package_id bigint, ecosystem text, package text, version text
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_package record;
    v_version record;
BEGIN
    SELECT v.package_id, v.version INTO v_version FROM exograph.package_versions v WHERE v.id = actual_version_id;
    SELECT p.ecosystem, p.name INTO v_package FROM exograph.packages p WHERE p.id = v_version.package_id;
    CALL exograph.check_said(id_name, id, '{package_version_id,package_id,ecosystem,package,version}',
        ARRAY[package_version_id::text, package_id::text, ecosystem, package, version],
        ARRAY[actual_version_id::text, v_version.package_id::text, v_package.ecosystem, v_package.name, v_version.version]);
END
$$;

ALTER PROCEDURE exograph.check_version(text, bigint, bigint, bigint, bigint, text, text, text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.check_version(text, bigint, bigint, bigint, bigint, text, text, text) IS
    'Raises XG010 where what a row says of its package and version (NULL: nothing) contradicts the version that an id means. '
    'actual_version_id is NULL for a file without package.';
REVOKE ALL ON PROCEDURE exograph.check_version(text, bigint, bigint, bigint, bigint, text, text, text) FROM PUBLIC;
