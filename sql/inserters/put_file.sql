-- What the constraints refuse is refused where the key stands, too: it is not looked up, and the INSERT says why.
CREATE OR REPLACE FUNCTION exograph.put_file(
    package_version_id bigint, package_id bigint, path text, source text, comments_text text, sha256 bytea
) RETURNS exograph.files
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_id       bigint;
    v_standing exograph.files;
BEGIN
    LOOP
        v_id := exograph.find_file(put_file.package_version_id, put_file.sha256);
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

ALTER FUNCTION exograph.put_file(bigint, bigint, text, text, text, bytea) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.put_file(bigint, bigint, text, text, text, bytea) IS
    'The file with this key, inserted if it does not stand; its path is recorded in any case. package_version_id and '
    'package_id are NULL for a file without package. Errors: those of the constraints of exograph.files and file_paths.';
REVOKE ALL ON FUNCTION exograph.put_file(bigint, bigint, text, text, text, bytea) FROM PUBLIC;
