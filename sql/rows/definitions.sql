SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- The view and the functions of symbol_references are made from these, in symbol_references.sql.

CREATE OR REPLACE VIEW exograph_in.definitions WITH (security_invoker = true) AS
SELECT d.package_id, d.package_version_id, d.file_id, d.fragment_id, k.ecosystem, k.package, k.version,
       k.file_sha256, g.content_hash AS fragment_content_hash, d.kind, d.module, d.name,
       d.arity, d.qualified_name, d.line, d.col
FROM exograph.definitions d
JOIN exograph.file_keys k ON k.file_id = d.file_id
LEFT JOIN exograph.fragments g ON g.id = d.fragment_id;

COMMENT ON VIEW exograph_in.definitions IS
    'Inserter view of definitions; file (by file_id, or version and file_sha256) and fragment (by fragment_id or '
    'fragment_content_hash) must exist. Nothing is inserted where the fact exists in any partition. RETURNING gives the '
    'existing row; columns that name parents by key come back as given.';

CREATE OR REPLACE FUNCTION exograph_private.insert_definition() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_valid    boolean := NEW.name IS NOT NULL
        AND coalesce(greatest(octet_length(NEW.module), octet_length(NEW.name)), 0) <= 2000;
    v_existing exograph.definitions;
BEGIN
    SELECT f.file_id, f.package_version_id, f.package_id INTO NEW.file_id, NEW.package_version_id, NEW.package_id
    FROM exograph_private.resolve_file(NEW.file_id, NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package,
                                       NEW.version, NEW.file_sha256) f;
    NEW.fragment_id := exograph_private.resolve_fragment(NEW.fragment_id, NEW.fragment_content_hash, NEW.file_id);
    LOOP
        IF v_valid THEN
            v_existing := exograph_private.find_definition(NEW);
        END IF;
        EXIT WHEN v_existing.file_id IS NOT NULL;

        INSERT INTO exograph.definitions AS d (package_id, package_version_id, file_id, fragment_id, kind, module, name, arity,
                                               qualified_name, line, col)
        VALUES (NEW.package_id, NEW.package_version_id, NEW.file_id, NEW.fragment_id, NEW.kind, NEW.module, NEW.name, NEW.arity,
                NEW.qualified_name, NEW.line, NEW.col)
        ON CONFLICT (file_id, line, col, kind, qualified_name, load_id) DO NOTHING
        RETURNING d.* INTO v_existing;
        EXIT WHEN FOUND;
        v_valid := true;
    END LOOP;
    IF v_existing.load_id <> 0
        AND v_existing.load_id::text IS DISTINCT FROM current_setting('exograph.found_definitions', true)
    THEN
        CALL exograph_private.note_found(v_existing.load_id, 'definitions');
    END IF;
    NEW.fragment_id := v_existing.fragment_id;
    NEW.module := v_existing.module;
    NEW.name := v_existing.name;
    NEW.arity := v_existing.arity;
    RETURN NEW;
END
$$;

-- The existing fact of the same identity, in whatever partition; all NULL where there is none. NULLs are equal in line and col.
-- Four statements, as IS NOT DISTINCT FROM uses no index. OFFSET 0 keeps the planner from the index on qualified_name, which
-- thousands may share: with plans made for one row, the second 5,000 references to one name took 18 s instead of 0.7 s.
CREATE OR REPLACE FUNCTION exograph_private.find_definition(fact exograph_in.definitions) RETURNS exograph.definitions
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_existing exograph.definitions;
BEGIN
    IF num_nulls(fact.line, fact.col) = 0 THEN
        SELECT d.* INTO v_existing
        FROM (SELECT i.* FROM exograph.definitions i
              WHERE i.file_id = fact.file_id AND i.line = fact.line AND i.col = fact.col
              OFFSET 0) d
        WHERE d.kind = fact.kind AND d.qualified_name = fact.qualified_name;
    ELSIF fact.line IS NOT NULL THEN
        SELECT d.* INTO v_existing
        FROM (SELECT i.* FROM exograph.definitions i
              WHERE i.file_id = fact.file_id AND i.line = fact.line AND i.col IS NULL
              OFFSET 0) d
        WHERE d.kind = fact.kind AND d.qualified_name = fact.qualified_name;
    ELSIF fact.col IS NOT NULL THEN
        SELECT d.* INTO v_existing
        FROM exograph.definitions d
        WHERE d.file_id = fact.file_id AND d.line IS NULL AND d.col = fact.col
            AND d.kind = fact.kind AND d.qualified_name = fact.qualified_name;
    ELSE
        SELECT d.* INTO v_existing
        FROM exograph.definitions d
        WHERE d.file_id = fact.file_id AND d.line IS NULL AND d.col IS NULL
            AND d.kind = fact.kind AND d.qualified_name = fact.qualified_name;
    END IF;
    RETURN v_existing;
END
$$;
