CREATE OR REPLACE FUNCTION exograph.resolve_version(
    INOUT package_version_id bigint, INOUT package_id bigint, IN ecosystem text, IN package text, IN version text
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_package_id bigint;
BEGIN
    IF package_version_id IS NOT NULL THEN
        SELECT v.package_id INTO v_package_id
        FROM exograph.package_versions v
        WHERE v.id = resolve_version.package_version_id;
        IF NOT FOUND OR NOT exograph.hold_parents(v_package_id, package_version_id, NULL) THEN
            CALL exograph.raise_missing_parent('package_versions', format('id %s', package_version_id));
        END IF;
        IF num_nonnulls(package_id, ecosystem, package, version) > 0 THEN
            CALL exograph.check_version('package_version_id', package_version_id, package_version_id,
                                        NULL, package_id, ecosystem, package, version);
        END IF;
        package_id := v_package_id;
    ELSIF version IS NOT NULL THEN
        package_id := exograph.resolve_package(package_id, ecosystem, package);
        package_version_id := (exograph.put_package_version(package_id, version, NULL, NULL, NULL)).id;
    ELSIF num_nonnulls(package_id, ecosystem, package) > 0 THEN
        RAISE EXCEPTION 'a package is named, but no version of it' USING ERRCODE = 'XG010',
            HINT = 'Give its version, too, or package_version_id alone; or leave the package out.';
    END IF;
END
$$;

ALTER FUNCTION exograph.resolve_version(bigint, bigint, text, text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.resolve_version(bigint, bigint, text, text, text) IS
    'Ids of the version that a row names by id or by natural key, and of its package; both are made if they do not stand, and '
    'kept from being deleted until the transaction ends. NULL where none is named. Errors: 23503, 40001, XG010, and those of '
    'the tables'' constraints.';
REVOKE ALL ON FUNCTION exograph.resolve_version(bigint, bigint, text, text, text) FROM PUBLIC;
