CREATE OR REPLACE FUNCTION exograph.put_package_version(
    package_id bigint, version text, source_ref text, checksum text, metadata jsonb
) RETURNS exograph.package_versions
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_standing exograph.package_versions;
BEGIN
    LOOP
        SELECT v.* INTO v_standing
        FROM exograph.package_versions v
        WHERE v.package_id = put_package_version.package_id AND v.version = put_package_version.version
        FOR KEY SHARE;
        EXIT WHEN FOUND;

        INSERT INTO exograph.package_versions AS v (package_id, version, source_ref, checksum, metadata)
        VALUES (put_package_version.package_id, put_package_version.version, put_package_version.source_ref,
                put_package_version.checksum, coalesce(put_package_version.metadata, '{}'))
        ON CONFLICT ON CONSTRAINT package_versions_natural_key DO NOTHING
        RETURNING v.* INTO v_standing;
        EXIT WHEN FOUND;
    END LOOP;
    RETURN v_standing;
END
$$;

ALTER FUNCTION exograph.put_package_version(bigint, text, text, text, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.put_package_version(bigint, text, text, text, jsonb) IS
    'The version with this key, inserted if it does not stand; nobody deletes it until the transaction ends. Errors: 40001, and '
    'those of exograph.package_versions'' constraints.';
REVOKE ALL ON FUNCTION exograph.put_package_version(bigint, text, text, text, jsonb) FROM PUBLIC;
