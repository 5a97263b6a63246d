CREATE OR REPLACE FUNCTION exograph.insert_comment() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_standing exograph.comments;
BEGIN
    SELECT f.file_id, f.package_version_id, f.package_id INTO NEW.file_id, NEW.package_version_id, NEW.package_id
    FROM exograph.resolve_file(NEW.file_id, NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package, NEW.version,
                               NEW.file_sha256) f;
    NEW.fragment_id := exograph.resolve_fragment(NEW.fragment_id, NEW.fragment_content_hash, NEW.file_id);
    LOOP
        v_standing := exograph.find_comment(NEW.file_id, NEW.line, NEW.col, NEW.text);
        EXIT WHEN v_standing.file_id IS NOT NULL;

        INSERT INTO exograph.comments AS d (package_id, package_version_id, file_id, fragment_id, text, line, col)
        VALUES (NEW.package_id, NEW.package_version_id, NEW.file_id, NEW.fragment_id, NEW.text, NEW.line, NEW.col)
        ON CONFLICT (file_id, line, col, exograph.text_digest(text), load_id) DO NOTHING
        RETURNING d.* INTO v_standing;
        EXIT WHEN FOUND;
    END LOOP;
    NEW.fragment_id := v_standing.fragment_id;
    RETURN NEW;
END
$$;

ALTER FUNCTION exograph.insert_comment() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.insert_comment() IS
    'Trigger of exograph_in.comments: inserts a fact, unless it stands in any partition; makes package and version, not '
    'file and fragment. Errors: 23503, XG010, and those of the tables'' constraints.';
REVOKE ALL ON FUNCTION exograph.insert_comment() FROM PUBLIC;
