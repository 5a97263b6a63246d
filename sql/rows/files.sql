SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_in.files WITH (security_invoker = true) AS
SELECT f.id, f.package_id, f.package_version_id, k.ecosystem, k.package, k.version, f.path, f.source, f.comments_text, f.sha256
FROM exograph.files f
JOIN exograph.file_keys k ON k.file_id = f.id;

-- Id of the file with this key, NULL where none stands; nobody deletes it until the transaction ends. package_version_id is NULL
-- for a file without package. Errors: 40001. Two statements, because IS NOT DISTINCT FROM uses no index.
CREATE OR REPLACE FUNCTION exograph_private.find_file(package_version_id bigint, sha256 bytea) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    IF package_version_id IS NULL THEN
        RETURN (SELECT f.id FROM exograph.files f WHERE f.package_version_id IS NULL AND f.sha256 = find_file.sha256
                FOR KEY SHARE);
    END IF;
    RETURN (SELECT f.id FROM exograph.files f
            WHERE f.package_version_id = find_file.package_version_id AND f.sha256 = find_file.sha256
            FOR KEY SHARE);
END
$$;

-- The file with this key, inserted if it does not stand; its path is recorded in any case. package_version_id and package_id are
-- NULL for a file without package. Errors: those of the constraints of exograph.files and file_paths. What the constraints
-- refuse is refused where the key stands, too: it is not looked up, and the INSERT says why.
CREATE OR REPLACE FUNCTION exograph_private.put_file(
    package_version_id bigint, package_id bigint, path text, source text, comments_text text, sha256 bytea
) RETURNS exograph.files
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_id       bigint;
    v_standing exograph.files;
BEGIN
    LOOP
        v_id := exograph_private.find_file(put_file.package_version_id, put_file.sha256);
        IF v_id IS NOT NULL AND put_file.source IS NOT NULL THEN
            SELECT f.* INTO v_standing FROM exograph.files f WHERE f.id = v_id;
        ELSE
            INSERT INTO exograph.files AS f (package_id, package_version_id, path, source, comments_text, sha256)
            VALUES (put_file.package_id, put_file.package_version_id, put_file.path, put_file.source,
                    coalesce(put_file.comments_text, ''), put_file.sha256)
            ON CONFLICT ON CONSTRAINT files_natural_key DO NOTHING
            RETURNING f.* INTO v_standing;
        END IF;
        EXIT WHEN v_standing.id IS NOT NULL;
    END LOOP;

    INSERT INTO exograph.file_paths (file_id, path)
    VALUES (v_standing.id, put_file.path)
    ON CONFLICT ON CONSTRAINT file_paths_natural_key DO NOTHING;
    RETURN v_standing;
END
$$;

-- Ids of the file that a row names by id or by natural key, of its version and package. Where no file is named, those of the
-- version. NULL where none is named. Nobody deletes them until the transaction ends. Errors: 23503, 40001, XG010, and those of
-- the tables' constraints.
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
        IF NOT FOUND OR NOT exograph_private.hold_parents(v_file.package_id, v_file.package_version_id, file_id) THEN
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

-- Trigger of exograph_in.files: inserts a file, or finds it and records its path; makes its package and version. Errors: 23503,
-- 428C9, XG010, and those of the tables' constraints.
CREATE OR REPLACE FUNCTION exograph_private.insert_file() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_standing exograph.files;
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph_private.raise_given_id(NEW.id);
    END IF;
    SELECT v.package_version_id, v.package_id INTO NEW.package_version_id, NEW.package_id
    FROM exograph_private.resolve_version(NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package, NEW.version) v;
    v_standing := exograph_private.put_file(NEW.package_version_id, NEW.package_id, NEW.path, NEW.source, NEW.comments_text, NEW.sha256);
    NEW.id := v_standing.id;
    NEW.path := v_standing.path;
    NEW.source := v_standing.source;
    NEW.comments_text := v_standing.comments_text;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.files
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.enter_gate();
CREATE OR REPLACE TRIGGER insert_file INSTEAD OF INSERT ON exograph_in.files
FOR EACH ROW EXECUTE FUNCTION exograph_private.insert_file();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.files
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.files
FOR EACH ROW EXECUTE FUNCTION exograph_private.refuse_change();

COMMENT ON VIEW exograph_in.files IS
    'Inserter view of files; the version is named by package_version_id, or by ecosystem, package and version, and made if it '
    'does not stand; without any it is a file without package. The path is recorded in exograph.file_paths even where the '
    'content stands. RETURNING gives the row that stands, with the path that it was first seen under.';
COMMENT ON COLUMN exograph_in.files.id IS 'Comes back. The index gives it; never given.';
COMMENT ON COLUMN exograph_in.files.package_id IS 'Names the version in place of ecosystem and package. Comes back.';
COMMENT ON COLUMN exograph_in.files.package_version_id IS 'Names the version in place of its key. Comes back.';
COMMENT ON COLUMN exograph_in.files.ecosystem IS 'Names the version, with package and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.files.package IS 'Names the version, with ecosystem and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.files.version IS
    'Names the version, with ecosystem and package, or package_id. Comes back as given.';
COMMENT ON COLUMN exograph_in.files.path IS 'Required, and recorded. The path that the content was first seen under comes back.';
COMMENT ON COLUMN exograph_in.files.source IS 'Required. Comes back.';
COMMENT ON COLUMN exograph_in.files.comments_text IS 'NULL is the empty text. Comes back.';
COMMENT ON COLUMN exograph_in.files.sha256 IS 'Required. The key, with the version.';
