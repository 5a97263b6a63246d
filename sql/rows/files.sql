SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_in.files WITH (security_invoker = true) AS
SELECT f.id, f.package_id, f.package_version_id, k.ecosystem, k.package, k.version, f.path, f.source, f.comments_text, f.sha256
FROM exograph.files f
JOIN exograph.file_keys k ON k.file_id = f.id;

COMMENT ON VIEW exograph_in.files IS
    'Inserter view of files; the version is named by package_version_id, or by ecosystem, package and version, and made if it '
    'does not exist; without any it is a file without package. The path is recorded in exograph.file_paths even where the '
    'content exists. RETURNING gives the existing row, with the path that it was first seen under.';

CREATE OR REPLACE FUNCTION exograph_private.insert_file() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_existing exograph.files;
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph_private.raise_given_id(NEW.id);
    END IF;
    SELECT v.package_version_id, v.package_id INTO NEW.package_version_id, NEW.package_id
    FROM exograph_private.resolve_version(NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package, NEW.version) v;
    v_existing := exograph_private.put_file(NEW);
    IF v_existing.load_id <> 0
        AND v_existing.load_id::text IS DISTINCT FROM current_setting('exograph.found_files', true)
    THEN
        CALL exograph_private.note_found(v_existing.load_id, 'files');
    END IF;
    NEW.id := v_existing.id;
    NEW.path := v_existing.path;
    NEW.source := v_existing.source;
    NEW.comments_text := v_existing.comments_text;
    RETURN NEW;
END
$$;

-- The path is recorded in any case.
CREATE OR REPLACE FUNCTION exograph_private.put_file(file exograph_in.files) RETURNS exograph.files
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_id       bigint;
    v_load_id  integer;
    v_existing exograph.files;
BEGIN
    LOOP
        v_id := exograph_private.find_file(file.package_version_id, file.sha256);
        IF v_id IS NOT NULL AND file.source IS NOT NULL THEN
            SELECT f.* INTO v_existing FROM exograph.files f WHERE f.id = v_id;
        ELSE
            INSERT INTO exograph.files AS f (package_id, package_version_id, path, source, comments_text, sha256)
            VALUES (file.package_id, file.package_version_id, file.path, file.source, coalesce(file.comments_text, ''),
                    file.sha256)
            ON CONFLICT ON CONSTRAINT files_natural_key DO NOTHING
            RETURNING f.* INTO v_existing;
        END IF;
        EXIT WHEN v_existing.id IS NOT NULL;
    END LOOP;

    SELECT p.load_id INTO v_load_id FROM exograph.file_paths p WHERE p.file_id = v_existing.id AND p.path = file.path;
    IF NOT FOUND THEN
        INSERT INTO exograph.file_paths (file_id, path)
        VALUES (v_existing.id, file.path)
        ON CONFLICT ON CONSTRAINT file_paths_natural_key DO NOTHING;
    ELSIF v_load_id NOT IN (0, v_existing.load_id)
        AND v_load_id::text IS DISTINCT FROM current_setting('exograph.found_file_paths', true)
    THEN
        CALL exograph_private.note_found(v_load_id, 'file_paths');
    END IF;
    RETURN v_existing;
END
$$;

-- The id of the file of a version (NULL: none) with a hash; NULL where there is none.
CREATE OR REPLACE FUNCTION exograph_private.find_file(package_version_id bigint, sha256 bytea) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    IF package_version_id IS NULL THEN
        RETURN (SELECT f.id FROM exograph.files f WHERE f.package_version_id IS NULL AND f.sha256 = find_file.sha256);
    END IF;
    RETURN (SELECT f.id FROM exograph.files f
            WHERE f.package_version_id = find_file.package_version_id AND f.sha256 = find_file.sha256);
END
$$;

-- The file that a row names by id or by key, with its version and package; these also where it names no file.
CREATE OR REPLACE FUNCTION exograph_private.resolve_file(
    INOUT file_id bigint, INOUT package_version_id bigint, INOUT package_id bigint,
    IN ecosystem text, IN package text, IN version text, IN file_sha256 bytea
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_file record;
BEGIN
    IF file_id IS NOT NULL THEN
        SELECT f.package_version_id, f.package_id, f.sha256 INTO v_file FROM exograph.files f WHERE f.id = resolve_file.file_id;
        IF NOT FOUND THEN
            CALL exograph_private.raise_missing_parent('files', format('id %s', file_id));
        ELSIF file_sha256 <> v_file.sha256 THEN
            CALL exograph_private.raise_contradiction('file_sha256', file_sha256::text, 'file_id', file_id, v_file.sha256::text);
        END IF;
        IF num_nonnulls(package_version_id, package_id, ecosystem, package, version) > 0 THEN
            CALL exograph_private.check_version('file_id', file_id, v_file.package_version_id,
                                                package_version_id, package_id, ecosystem, package, version);
        END IF;
        package_version_id := v_file.package_version_id;
        package_id := v_file.package_id;
        RETURN;
    END IF;

    SELECT v.package_version_id, v.package_id INTO package_version_id, package_id
    FROM exograph_private.resolve_version(package_version_id, package_id, ecosystem, package, version) v;
    IF file_sha256 IS NOT NULL THEN
        file_id := exograph_private.find_file(package_version_id, file_sha256);
        IF file_id IS NULL THEN
            CALL exograph_private.raise_missing_parent('files', format('%s and sha256 %s', CASE
                WHEN version IS NULL THEN format('package_version_id %s', coalesce(package_version_id::text, 'NULL'))
                ELSE format('version %s of package %s', version, coalesce(package, package_id::text))
            END, file_sha256));
        END IF;
    END IF;
END
$$;
