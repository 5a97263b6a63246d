CREATE OR REPLACE FUNCTION exograph.insert_file() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_standing exograph.files;
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph.raise_given_id(NEW.id);
    END IF;
    SELECT v.package_version_id, v.package_id INTO NEW.package_version_id, NEW.package_id
    FROM exograph.resolve_version(NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package, NEW.version) v;
    v_standing := exograph.put_file(NEW.package_version_id, NEW.package_id, NEW.path, NEW.source, NEW.comments_text, NEW.sha256);
    NEW.id := v_standing.id;
    NEW.path := v_standing.path;
    NEW.source := v_standing.source;
    NEW.comments_text := v_standing.comments_text;
    RETURN NEW;
END
$$;

ALTER FUNCTION exograph.insert_file() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.insert_file() IS
    'Trigger of exograph_in.files: inserts a file, or finds it and records its path; makes its package and version. Errors: '
    '23503, 428C9, XG010, and those of the tables'' constraints.';
REVOKE ALL ON FUNCTION exograph.insert_file() FROM PUBLIC;
