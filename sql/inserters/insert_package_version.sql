CREATE OR REPLACE FUNCTION exograph.insert_package_version() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_standing exograph.package_versions;
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph.raise_given_id(NEW.id);
    END IF;
    IF num_nonnulls(NEW.package_id, NEW.ecosystem, NEW.package) > 0 THEN
        NEW.package_id := exograph.resolve_package(NEW.package_id, NEW.ecosystem, NEW.package);
    END IF;
    v_standing := exograph.put_package_version(NEW.package_id, NEW.version, NEW.source_ref, NEW.checksum, NEW.metadata);
    NEW.id := v_standing.id;
    NEW.source_ref := v_standing.source_ref;
    NEW.checksum := v_standing.checksum;
    NEW.metadata := v_standing.metadata;
    RETURN NEW;
END
$$;

ALTER FUNCTION exograph.insert_package_version() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.insert_package_version() IS
    'Trigger of exograph_in.package_versions: inserts a version, or finds it; makes its package. Errors: 428C9, XG010, and '
    'those of the tables'' constraints.';
REVOKE ALL ON FUNCTION exograph.insert_package_version() FROM PUBLIC;
