SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_in.comments WITH (security_invoker = true) AS
SELECT c.package_id, c.package_version_id, c.file_id, c.fragment_id, k.ecosystem, k.package, k.version,
       k.file_sha256, g.content_hash AS fragment_content_hash, c.text, c.line, c.col
FROM exograph.comments c
JOIN exograph.file_keys k ON k.file_id = c.file_id
LEFT JOIN exograph.fragments g ON g.id = c.fragment_id;

COMMENT ON VIEW exograph_in.comments IS
    'Inserter view of comments; file (by file_id, or version and file_sha256) and fragment (by fragment_id or '
    'fragment_content_hash) must exist. Nothing is inserted where the fact exists in any partition. RETURNING gives the '
    'existing row; columns that name parents by key come back as given.';

CREATE OR REPLACE FUNCTION exograph_private.insert_comment() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_existing exograph.comments;
BEGIN
    SELECT f.file_id, f.package_version_id, f.package_id INTO NEW.file_id, NEW.package_version_id, NEW.package_id
    FROM exograph_private.resolve_file(NEW.file_id, NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package,
                                       NEW.version, NEW.file_sha256) f;
    NEW.fragment_id := exograph_private.resolve_fragment(NEW.fragment_id, NEW.fragment_content_hash, NEW.file_id);
    LOOP
        v_existing := exograph_private.find_comment(NEW);
        EXIT WHEN v_existing.file_id IS NOT NULL;

        INSERT INTO exograph.comments AS d (package_id, package_version_id, file_id, fragment_id, text, line, col)
        VALUES (NEW.package_id, NEW.package_version_id, NEW.file_id, NEW.fragment_id, NEW.text, NEW.line, NEW.col)
        ON CONFLICT (file_id, line, col, exograph.text_digest(text), load_id) DO NOTHING
        RETURNING d.* INTO v_existing;
        EXIT WHEN FOUND;
    END LOOP;
    IF v_existing.load_id <> 0
        AND v_existing.load_id::text IS DISTINCT FROM current_setting('exograph.found_comments', true)
    THEN
        CALL exograph_private.note_found(v_existing.load_id, 'comments');
    END IF;
    NEW.fragment_id := v_existing.fragment_id;
    RETURN NEW;
END
$$;

-- NULLs are equal in line and col. Four statements, as IS NOT DISTINCT FROM uses no index.
CREATE OR REPLACE FUNCTION exograph_private.find_comment(fact exograph_in.comments) RETURNS exograph.comments
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_digest   bytea := exograph.text_digest(fact.text);
    v_existing exograph.comments;
BEGIN
    IF num_nulls(fact.line, fact.col) = 0 THEN
        SELECT d.* INTO v_existing
        FROM exograph.comments d
        WHERE d.file_id = fact.file_id AND d.line = fact.line AND d.col = fact.col AND exograph.text_digest(d.text) = v_digest;
    ELSIF fact.line IS NOT NULL THEN
        SELECT d.* INTO v_existing
        FROM exograph.comments d
        WHERE d.file_id = fact.file_id AND d.line = fact.line AND d.col IS NULL AND exograph.text_digest(d.text) = v_digest;
    ELSIF fact.col IS NOT NULL THEN
        SELECT d.* INTO v_existing
        FROM exograph.comments d
        WHERE d.file_id = fact.file_id AND d.line IS NULL AND d.col = fact.col AND exograph.text_digest(d.text) = v_digest;
    ELSE
        SELECT d.* INTO v_existing
        FROM exograph.comments d
        WHERE d.file_id = fact.file_id AND d.line IS NULL AND d.col IS NULL AND exograph.text_digest(d.text) = v_digest;
    END IF;
    RETURN v_existing;
END
$$;
