CREATE OR REPLACE FUNCTION exograph.insert_fragment() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_standing exograph.fragments;
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph.raise_given_id(NEW.id);
    END IF;
    SELECT f.file_id, f.package_version_id, f.package_id INTO NEW.file_id, NEW.package_version_id, NEW.package_id
    FROM exograph.resolve_file(NEW.file_id, NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package, NEW.version,
                               NEW.file_sha256) f;
    -- Where kind or line is missing, that is what the error shall name, not the hash made of them.
    IF NEW.content_hash IS NULL THEN
        NEW.content_hash := exograph.fragment_content_hash(
            (SELECT p.ecosystem FROM exograph.packages p WHERE p.id = NEW.package_id),
            (SELECT p.name FROM exograph.packages p WHERE p.id = NEW.package_id),
            (SELECT v.version FROM exograph.package_versions v WHERE v.id = NEW.package_version_id),
            (SELECT f.sha256 FROM exograph.files f WHERE f.id = NEW.file_id),
            coalesce(NEW.kind, ''), coalesce(NEW.line, 0), NEW.end_line, NEW.exact_hash);
    END IF;
    v_standing := exograph.put_fragment((
        NULL, NEW.package_id, NEW.package_version_id, NEW.file_id, NEW.content_hash, NEW.ast, NEW.kind, NEW.module, NEW.name,
        NEW.arity, NEW.line, NEW.end_line, NEW.mass, NEW.exact_hash, NEW.sub_hashes, 0)::exograph.fragments);
    SELECT v_standing.id, v_standing.package_id, v_standing.package_version_id, v_standing.file_id, v_standing.ast,
           v_standing.kind, v_standing.module, v_standing.name, v_standing.arity, v_standing.line, v_standing.end_line,
           v_standing.mass, v_standing.exact_hash, v_standing.sub_hashes
    INTO NEW.id, NEW.package_id, NEW.package_version_id, NEW.file_id, NEW.ast, NEW.kind, NEW.module, NEW.name, NEW.arity,
         NEW.line, NEW.end_line, NEW.mass, NEW.exact_hash, NEW.sub_hashes;
    RETURN NEW;
END
$$;

ALTER FUNCTION exograph.insert_fragment() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.insert_fragment() IS
    'Trigger of exograph_in.fragments: inserts a fragment, or finds it; makes package and version, not the file. Errors: '
    '23503, 428C9, XG010, and those of the tables'' constraints.';
REVOKE ALL ON FUNCTION exograph.insert_fragment() FROM PUBLIC;
