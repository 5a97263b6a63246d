SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_in.comments WITH (security_invoker = true) AS
SELECT c.package_id, c.package_version_id, c.file_id, c.fragment_id, k.ecosystem, k.package, k.version,
       k.file_sha256, g.content_hash AS fragment_content_hash, c.text, c.line, c.col
FROM exograph.comments c
JOIN exograph.file_keys k ON k.file_id = c.file_id
LEFT JOIN exograph.fragments g ON g.id = c.fragment_id;

-- The comment with this identity in any partition; NULLs are equal in line and col. NULL where none stands. Four statements, as
-- IS NOT DISTINCT FROM uses no index.
CREATE OR REPLACE FUNCTION exograph_private.find_comment(file_id bigint, line integer, col integer, text text) RETURNS exograph.comments
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_digest   bytea := exograph.text_digest(text);
    v_standing exograph.comments;
BEGIN
    IF num_nulls(line, col) = 0 THEN
        SELECT d.* INTO v_standing
        FROM exograph.comments d
        WHERE d.file_id = find_comment.file_id AND d.line = find_comment.line AND d.col = find_comment.col
            AND exograph.text_digest(d.text) = v_digest;
    ELSIF line IS NOT NULL THEN
        SELECT d.* INTO v_standing
        FROM exograph.comments d
        WHERE d.file_id = find_comment.file_id AND d.line = find_comment.line AND d.col IS NULL
            AND exograph.text_digest(d.text) = v_digest;
    ELSIF col IS NOT NULL THEN
        SELECT d.* INTO v_standing
        FROM exograph.comments d
        WHERE d.file_id = find_comment.file_id AND d.line IS NULL AND d.col = find_comment.col
            AND exograph.text_digest(d.text) = v_digest;
    ELSE
        SELECT d.* INTO v_standing
        FROM exograph.comments d
        WHERE d.file_id = find_comment.file_id AND d.line IS NULL AND d.col IS NULL
            AND exograph.text_digest(d.text) = v_digest;
    END IF;
    RETURN v_standing;
END
$$;

-- Trigger of exograph_in.comments: inserts a fact, unless it stands in any partition; makes package and version, not file and
-- fragment. Errors: 23503, XG010, and those of the tables' constraints.
CREATE OR REPLACE FUNCTION exograph_private.insert_comment() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_standing exograph.comments;
BEGIN
    SELECT f.file_id, f.package_version_id, f.package_id INTO NEW.file_id, NEW.package_version_id, NEW.package_id
    FROM exograph_private.resolve_file(NEW.file_id, NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package, NEW.version,
                               NEW.file_sha256) f;
    NEW.fragment_id := exograph_private.resolve_fragment(NEW.fragment_id, NEW.fragment_content_hash, NEW.file_id);
    LOOP
        v_standing := exograph_private.find_comment(NEW.file_id, NEW.line, NEW.col, NEW.text);
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

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.comments
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.enter_gate();
CREATE OR REPLACE TRIGGER insert_comment INSTEAD OF INSERT ON exograph_in.comments
FOR EACH ROW EXECUTE FUNCTION exograph_private.insert_comment();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.comments
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.comments
FOR EACH ROW EXECUTE FUNCTION exograph_private.refuse_change();

COMMENT ON VIEW exograph_in.comments IS
    'Inserter view of comments; file (by file_id, or version and file_sha256) and fragment (by fragment_id or '
    'fragment_content_hash) must stand. Nothing is inserted where the fact stands in any partition. RETURNING gives the row '
    'that stands; columns that name parents by key come back as given.';
COMMENT ON COLUMN exograph_in.comments.package_id IS 'Names the version in place of ecosystem and package. Comes back.';
COMMENT ON COLUMN exograph_in.comments.package_version_id IS 'Names the version in place of its key. Comes back.';
COMMENT ON COLUMN exograph_in.comments.file_id IS
    'Names the file in place of its version and file_sha256. Comes back. Required, or its key.';
COMMENT ON COLUMN exograph_in.comments.fragment_id IS
    'Names the fragment in place of fragment_content_hash; may be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.comments.ecosystem IS 'Names the version, with package and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.comments.package IS 'Names the version, with ecosystem and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.comments.version IS
    'Names the version, with ecosystem and package, or package_id. Comes back as given.';
COMMENT ON COLUMN exograph_in.comments.file_sha256 IS
    'Names the file, with its version; without any, a file of no package. Comes back as given.';
COMMENT ON COLUMN exograph_in.comments.fragment_content_hash IS
    'Names the fragment: that of the row''s file or, where it has none such, the only one. Comes back as given.';
COMMENT ON COLUMN exograph_in.comments.text IS 'Required. Part of the identity.';
COMMENT ON COLUMN exograph_in.comments.line IS 'Part of the identity, as given; may be NULL.';
COMMENT ON COLUMN exograph_in.comments.col IS 'Part of the identity, as given; may be NULL.';
