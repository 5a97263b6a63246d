SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_in.fragments WITH (security_invoker = true) AS
SELECT g.id, g.package_id, g.package_version_id, g.file_id, k.ecosystem, k.package, k.version, k.file_sha256,
       g.content_hash, g.ast, g.kind, g.module, g.name, g.arity, g.line, g.end_line, g.mass, g.exact_hash, g.sub_hashes
FROM exograph.fragments g
JOIN exograph.file_keys k ON k.file_id = g.file_id;

COMMENT ON VIEW exograph_in.fragments IS
    'Inserter view of fragments; the file is named by file_id, or by its version and file_sha256, and must exist. Without '
    'content_hash the row gets exograph.fragment_content_hash. RETURNING gives the existing row; columns that name parents by '
    'key come back as given.';

CREATE OR REPLACE FUNCTION exograph_private.insert_fragment() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_existing exograph.fragments;
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph_private.raise_given_id(NEW.id);
    END IF;
    SELECT f.file_id, f.package_version_id, f.package_id INTO NEW.file_id, NEW.package_version_id, NEW.package_id
    FROM exograph_private.resolve_file(NEW.file_id, NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package,
                                       NEW.version, NEW.file_sha256) f;
    -- Where kind or line is missing, that is what the error shall name, not the hash made of them.
    IF NEW.content_hash IS NULL THEN
        NEW.content_hash := exograph.fragment_content_hash(
            (SELECT p.ecosystem FROM exograph.packages p WHERE p.id = NEW.package_id),
            (SELECT p.name FROM exograph.packages p WHERE p.id = NEW.package_id),
            (SELECT v.version FROM exograph.package_versions v WHERE v.id = NEW.package_version_id),
            (SELECT f.sha256 FROM exograph.files f WHERE f.id = NEW.file_id),
            coalesce(NEW.kind, ''), coalesce(NEW.line, 0), NEW.end_line, NEW.exact_hash);
    END IF;
    v_existing := exograph_private.put_fragment(NEW);
    IF v_existing.load_id <> 0
        AND v_existing.load_id::text IS DISTINCT FROM current_setting('exograph.found_fragments', true)
    THEN
        CALL exograph_private.note_found(v_existing.load_id, 'fragments');
    END IF;
    SELECT v_existing.id, v_existing.package_id, v_existing.package_version_id, v_existing.file_id, v_existing.ast,
           v_existing.kind, v_existing.module, v_existing.name, v_existing.arity, v_existing.line, v_existing.end_line,
           v_existing.mass, v_existing.exact_hash, v_existing.sub_hashes
    INTO NEW.id, NEW.package_id, NEW.package_version_id, NEW.file_id, NEW.ast, NEW.kind, NEW.module, NEW.name, NEW.arity,
         NEW.line, NEW.end_line, NEW.mass, NEW.exact_hash, NEW.sub_hashes;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION exograph_private.put_fragment(fragment exograph_in.fragments) RETURNS exograph.fragments
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_valid    boolean := num_nulls(fragment.file_id, fragment.ast, fragment.kind, fragment.line, fragment.mass) = 0
        AND coalesce(greatest(octet_length(fragment.kind), octet_length(fragment.exact_hash)), 0) <= 500
        AND coalesce(greatest(octet_length(fragment.module), octet_length(fragment.name)), 0) <= 2000;
    v_existing exograph.fragments;
BEGIN
    LOOP
        SELECT f.* INTO v_existing
        FROM exograph.fragments f
        WHERE v_valid AND f.content_hash = fragment.content_hash AND f.file_id = fragment.file_id AND f.line = fragment.line
            AND (f.end_line = fragment.end_line OR f.end_line IS NULL AND fragment.end_line IS NULL);
        EXIT WHEN FOUND;

        INSERT INTO exograph.fragments AS f (package_id, package_version_id, file_id, content_hash, ast, kind, module, name,
                                             arity, line, end_line, mass, exact_hash, sub_hashes)
        VALUES (fragment.package_id, fragment.package_version_id, fragment.file_id, fragment.content_hash, fragment.ast,
                fragment.kind, fragment.module, fragment.name, fragment.arity, fragment.line, fragment.end_line, fragment.mass,
                fragment.exact_hash, coalesce(fragment.sub_hashes, '{}'))
        ON CONFLICT ON CONSTRAINT fragments_natural_key DO NOTHING
        RETURNING f.* INTO v_existing;
        EXIT WHEN FOUND;
        v_valid := true;
    END LOOP;
    RETURN v_existing;
END
$$;

-- The fragment that a row names. Of several with its content hash that of the row's file (NULL: none).
CREATE OR REPLACE FUNCTION exograph_private.resolve_fragment(fragment_id bigint, content_hash bytea, file_id bigint)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_ids  bigint[];
    v_hash bytea;
BEGIN
    IF fragment_id IS NOT NULL THEN
        SELECT f.content_hash INTO v_hash FROM exograph.fragments f WHERE f.id = resolve_fragment.fragment_id;
        IF NOT FOUND THEN
            CALL exograph_private.raise_missing_parent('fragments', format('id %s', fragment_id));
        ELSIF content_hash <> v_hash THEN
            CALL exograph_private.raise_contradiction('content_hash', content_hash::text,
                                                      'fragment_id', fragment_id, v_hash::text);
        END IF;
        RETURN fragment_id;
    ELSIF content_hash IS NULL THEN
        RETURN NULL;
    END IF;
    v_ids := ARRAY(SELECT f.id FROM exograph.fragments f
                   WHERE f.content_hash = resolve_fragment.content_hash AND f.file_id = resolve_fragment.file_id
                   LIMIT 2);
    IF v_ids = '{}' THEN
        v_ids := ARRAY(SELECT f.id FROM exograph.fragments f WHERE f.content_hash = resolve_fragment.content_hash LIMIT 2);
    END IF;
    CASE cardinality(v_ids)
        WHEN 0 THEN
            CALL exograph_private.raise_missing_parent('fragments', format('content_hash %s', content_hash));
        WHEN 1 THEN
            RETURN v_ids[1];
        ELSE
            RAISE EXCEPTION 'content_hash % is that of several fragments', content_hash USING ERRCODE = 'XG010',
                DETAIL = format('Two of them have the ids %s and %s.', v_ids[1], v_ids[2]),
                HINT = 'A content hash names the one fragment of the row''s file, or of all, that has it: name this one by id.';
    END CASE;
END
$$;
