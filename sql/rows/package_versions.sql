SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_in.package_versions WITH (security_invoker = true) AS
SELECT v.id, v.package_id, p.ecosystem, p.name AS package, v.version, v.source_ref, v.checksum, v.metadata
FROM exograph.package_versions v
JOIN exograph.packages p ON p.id = v.package_id;

-- The version with this key, inserted if it does not stand; nobody deletes it until the transaction ends. Errors: 40001, and
-- those of exograph.package_versions' constraints.
CREATE OR REPLACE FUNCTION exograph_private.put_package_version(
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

-- Ids of the version that a row names by id or by natural key, and of its package; both are made if they do not stand, and kept
-- from being deleted until the transaction ends. NULL where none is named. Errors: 23503, 40001, XG010, and those of the tables'
-- constraints.
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
        IF NOT FOUND OR NOT exograph_private.hold_parents(v_package_id, package_version_id, NULL) THEN
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

-- Trigger of exograph_in.package_versions: inserts a version, or finds it; makes its package. Errors: 428C9, XG010, and those of
-- the tables' constraints.
CREATE OR REPLACE FUNCTION exograph_private.insert_package_version() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_standing exograph.package_versions;
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph_private.raise_given_id(NEW.id);
    END IF;
    IF num_nonnulls(NEW.package_id, NEW.ecosystem, NEW.package) > 0 THEN
        NEW.package_id := exograph_private.resolve_package(NEW.package_id, NEW.ecosystem, NEW.package);
    END IF;
    v_standing := exograph_private.put_package_version(NEW.package_id, NEW.version, NEW.source_ref, NEW.checksum, NEW.metadata);
    NEW.id := v_standing.id;
    NEW.source_ref := v_standing.source_ref;
    NEW.checksum := v_standing.checksum;
    NEW.metadata := v_standing.metadata;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.package_versions
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.enter_gate();
CREATE OR REPLACE TRIGGER insert_package_version INSTEAD OF INSERT ON exograph_in.package_versions
FOR EACH ROW EXECUTE FUNCTION exograph_private.insert_package_version();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.package_versions
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.package_versions
FOR EACH ROW EXECUTE FUNCTION exograph_private.refuse_change();

COMMENT ON VIEW exograph_in.package_versions IS
    'Inserter view of package versions; the package is named by package_id, or by ecosystem and package, and made if it does '
    'not stand. RETURNING gives the row that stands; columns that name parents by key come back as given.';
COMMENT ON COLUMN exograph_in.package_versions.id IS 'Comes back. The index gives it; never given.';
COMMENT ON COLUMN exograph_in.package_versions.package_id IS 'Names the package in place of ecosystem and package. Comes back.';
COMMENT ON COLUMN exograph_in.package_versions.ecosystem IS 'Names the package, with package. Comes back as given.';
COMMENT ON COLUMN exograph_in.package_versions.package IS 'Names the package, with ecosystem. Comes back as given.';
COMMENT ON COLUMN exograph_in.package_versions.version IS 'Required. The key, with the package.';
COMMENT ON COLUMN exograph_in.package_versions.source_ref IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.package_versions.checksum IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.package_versions.metadata IS 'NULL is {}. Comes back.';
