SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_in.package_versions WITH (security_invoker = true) AS
SELECT v.id, v.package_id, p.ecosystem, p.name AS package, v.version, v.source_ref, v.checksum, v.metadata
FROM exograph.package_versions v
JOIN exograph.packages p ON p.id = v.package_id;

COMMENT ON VIEW exograph_in.package_versions IS
    'Inserter view of package versions; the package is named by package_id, or by ecosystem and package, and made if it does '
    'not exist. RETURNING gives the existing row; columns that name parents by key come back as given.';

CREATE OR REPLACE FUNCTION exograph_private.insert_package_version() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_existing exograph.package_versions;
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph_private.raise_given_id(NEW.id);
    END IF;
    IF num_nonnulls(NEW.package_id, NEW.ecosystem, NEW.package) > 0 THEN
        NEW.package_id := exograph_private.resolve_package(NEW.package_id, NEW.ecosystem, NEW.package);
    END IF;
    v_existing := exograph_private.put_package_version(NEW.package_id, NEW.version, NEW.source_ref, NEW.checksum, NEW.metadata);
    IF v_existing.load_id <> 0
        AND v_existing.load_id::text IS DISTINCT FROM current_setting('exograph.found_package_versions', true)
    THEN
        CALL exograph_private.note_found(v_existing.load_id, 'package_versions');
    END IF;
    NEW.id := v_existing.id;
    NEW.source_ref := v_existing.source_ref;
    NEW.checksum := v_existing.checksum;
    NEW.metadata := v_existing.metadata;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION exograph_private.put_package_version(
    package_id bigint, version text, source_ref text, checksum text, metadata jsonb
) RETURNS exograph.package_versions
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_existing exograph.package_versions;
BEGIN
    LOOP
        SELECT v.* INTO v_existing
        FROM exograph.package_versions v
        WHERE v.package_id = put_package_version.package_id AND v.version = put_package_version.version;
        EXIT WHEN FOUND;

        INSERT INTO exograph.package_versions AS v (package_id, version, source_ref, checksum, metadata)
        VALUES (put_package_version.package_id, put_package_version.version, put_package_version.source_ref,
                put_package_version.checksum,
                exograph_private.printable_metadata('package_versions', put_package_version.metadata))
        ON CONFLICT ON CONSTRAINT package_versions_natural_key DO NOTHING
        RETURNING v.* INTO v_existing;
        EXIT WHEN FOUND;
    END LOOP;
    RETURN v_existing;
END
$$;

-- Also the id of its package, which is made with it.
CREATE OR REPLACE FUNCTION exograph_private.resolve_version(
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
        IF NOT FOUND THEN
            CALL exograph_private.raise_missing_parent('package_versions', format('id %s', package_version_id));
        END IF;
        IF num_nonnulls(package_id, ecosystem, package, version) > 0 THEN
            CALL exograph_private.check_version('package_version_id', package_version_id, package_version_id,
                                                NULL, package_id, ecosystem, package, version);
        END IF;
        package_id := v_package_id;
    ELSIF version IS NOT NULL THEN
        package_id := exograph_private.resolve_package(package_id, ecosystem, package);
        package_version_id := (exograph_private.put_package_version(package_id, version, NULL, NULL, NULL)).id;
    ELSIF num_nonnulls(package_id, ecosystem, package) > 0 THEN
        RAISE EXCEPTION 'a package is named, but no version of it' USING ERRCODE = 'XG010',
            HINT = 'Give its version, too, or package_version_id alone; or leave the package out.';
    END IF;
END
$$;
