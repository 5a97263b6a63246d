CREATE OR REPLACE FUNCTION exograph.resolve_file(
    INOUT file_id bigint, INOUT package_version_id bigint, INOUT package_id bigint,
    IN ecosystem text, IN package text, IN version text, IN file_sha256 bytea
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_file record;
BEGIN
    IF file_id IS NOT NULL THEN
        SELECT f.package_version_id, f.package_id, f.sha256 INTO v_file FROM exograph.files f WHERE f.id = resolve_file.file_id;
        IF NOT FOUND OR NOT exograph.hold_parents(v_file.package_id, v_file.package_version_id, file_id) THEN
            CALL exograph.raise_missing_parent('files', format('id %s', file_id));
        ELSIF file_sha256 <> v_file.sha256 THEN
            CALL exograph.raise_contradiction('file_sha256', file_sha256::text, 'file_id', file_id, v_file.sha256::text);
        END IF;
        IF num_nonnulls(package_version_id, package_id, ecosystem, package, version) > 0 THEN
            CALL exograph.check_version('file_id', file_id, v_file.package_version_id,
                                        package_version_id, package_id, ecosystem, package, version);
        END IF;
        package_version_id := v_file.package_version_id;
        package_id := v_file.package_id;
        RETURN;
    END IF;

    SELECT v.package_version_id, v.package_id INTO package_version_id, package_id
    FROM exograph.resolve_version(package_version_id, package_id, ecosystem, package, version) v;
    IF file_sha256 IS NOT NULL THEN
        file_id := exograph.find_file(package_version_id, file_sha256);
        IF file_id IS NULL THEN
            CALL exograph.raise_missing_parent('files', format('%s and sha256 %s', CASE
                WHEN version IS NULL THEN format('package_version_id %s', coalesce(package_version_id::text, 'NULL'))
                ELSE format('version %s of package %s', version, coalesce(package, package_id::text))
            END, file_sha256));
        END IF;
    END IF;
END
$$;

ALTER FUNCTION exograph.resolve_file(bigint, bigint, bigint, text, text, text, bytea) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.resolve_file(bigint, bigint, bigint, text, text, text, bytea) IS
    'Ids of the file that a row names by id or by natural key, of its version and package. Where no file is named, those of '
    'the version. NULL where none is named. Nobody deletes them until the transaction ends. Errors: 23503, 40001, XG010, and '
    'those of the tables'' constraints.';
REVOKE ALL ON FUNCTION exograph.resolve_file(bigint, bigint, bigint, text, text, text, bytea) FROM PUBLIC;
