SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_in.definitions WITH (security_invoker = true) AS
SELECT d.package_id, d.package_version_id, d.file_id, d.fragment_id, k.ecosystem, k.package, k.version,
       k.file_sha256, g.content_hash AS fragment_content_hash, d.kind, d.module, d.name,
       d.arity, d.qualified_name, d.line, d.col
FROM exograph.definitions d
JOIN exograph.file_keys k ON k.file_id = d.file_id
LEFT JOIN exograph.fragments g ON g.id = d.fragment_id;

-- The definition with this identity in any partition; NULLs are equal in line and col. NULL where none stands. Four statements,
-- as IS NOT DISTINCT FROM uses no index. OFFSET 0 keeps the planner from the index on qualified_name, which thousands may share:
-- with plans made for one row, the second 5,000 references to one name took 18 s instead of 0.7 s.
CREATE OR REPLACE FUNCTION exograph_private.find_definition(
    file_id bigint, line integer, col integer, kind text, qualified_name text
) RETURNS exograph.definitions
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_standing exograph.definitions;
BEGIN
    IF num_nulls(line, col) = 0 THEN
        SELECT d.* INTO v_standing
        FROM (SELECT i.* FROM exograph.definitions i
              WHERE i.file_id = find_definition.file_id AND i.line = find_definition.line AND i.col = find_definition.col
              OFFSET 0) d
        WHERE d.kind = find_definition.kind AND d.qualified_name = find_definition.qualified_name;
    ELSIF line IS NOT NULL THEN
        SELECT d.* INTO v_standing
        FROM (SELECT i.* FROM exograph.definitions i
              WHERE i.file_id = find_definition.file_id AND i.line = find_definition.line AND i.col IS NULL
              OFFSET 0) d
        WHERE d.kind = find_definition.kind AND d.qualified_name = find_definition.qualified_name;
    ELSIF col IS NOT NULL THEN
        SELECT d.* INTO v_standing
        FROM exograph.definitions d
        WHERE d.file_id = find_definition.file_id AND d.line IS NULL AND d.col = find_definition.col
            AND d.kind = find_definition.kind AND d.qualified_name = find_definition.qualified_name;
    ELSE
        SELECT d.* INTO v_standing
        FROM exograph.definitions d
        WHERE d.file_id = find_definition.file_id AND d.line IS NULL AND d.col IS NULL
            AND d.kind = find_definition.kind AND d.qualified_name = find_definition.qualified_name;
    END IF;
    RETURN v_standing;
END
$$;

-- Trigger of exograph_in.definitions: inserts a fact, unless it stands in any partition; makes package and version, not file and
-- fragment. Errors: 23503, XG010, and those of the tables' constraints. What the constraints refuse is refused where the fact
-- stands, too: it is not looked up, and the INSERT says why.
CREATE OR REPLACE FUNCTION exograph_private.insert_definition() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_valid    boolean := NEW.name IS NOT NULL
        AND coalesce(greatest(octet_length(NEW.module), octet_length(NEW.name)), 0) <= 2000;
    v_standing exograph.definitions;
BEGIN
    SELECT f.file_id, f.package_version_id, f.package_id INTO NEW.file_id, NEW.package_version_id, NEW.package_id
    FROM exograph_private.resolve_file(NEW.file_id, NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package, NEW.version,
                               NEW.file_sha256) f;
    NEW.fragment_id := exograph_private.resolve_fragment(NEW.fragment_id, NEW.fragment_content_hash, NEW.file_id);
    LOOP
        IF v_valid THEN
            v_standing := exograph_private.find_definition(NEW.file_id, NEW.line, NEW.col, NEW.kind, NEW.qualified_name);
        END IF;
        EXIT WHEN v_standing.file_id IS NOT NULL;

        INSERT INTO exograph.definitions AS d (package_id, package_version_id, file_id, fragment_id, kind, module, name, arity,
                                               qualified_name, line, col)
        VALUES (NEW.package_id, NEW.package_version_id, NEW.file_id, NEW.fragment_id, NEW.kind, NEW.module, NEW.name, NEW.arity,
                NEW.qualified_name, NEW.line, NEW.col)
        ON CONFLICT (file_id, line, col, kind, qualified_name, load_id) DO NOTHING
        RETURNING d.* INTO v_standing;
        EXIT WHEN FOUND;
        v_valid := true;
    END LOOP;
    NEW.fragment_id := v_standing.fragment_id;
    NEW.module := v_standing.module;
    NEW.name := v_standing.name;
    NEW.arity := v_standing.arity;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.definitions
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.enter_gate();
CREATE OR REPLACE TRIGGER insert_definition INSTEAD OF INSERT ON exograph_in.definitions
FOR EACH ROW EXECUTE FUNCTION exograph_private.insert_definition();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.definitions
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.definitions
FOR EACH ROW EXECUTE FUNCTION exograph_private.refuse_change();

COMMENT ON VIEW exograph_in.definitions IS
    'Inserter view of definitions; file (by file_id, or version and file_sha256) and fragment (by fragment_id or '
    'fragment_content_hash) must stand. Nothing is inserted where the fact stands in any partition. RETURNING gives the row '
    'that stands; columns that name parents by key come back as given.';
COMMENT ON COLUMN exograph_in.definitions.package_id IS 'Names the version in place of ecosystem and package. Comes back.';
COMMENT ON COLUMN exograph_in.definitions.package_version_id IS 'Names the version in place of its key. Comes back.';
COMMENT ON COLUMN exograph_in.definitions.file_id IS
    'Names the file in place of its version and file_sha256. Comes back. Required, or its key.';
COMMENT ON COLUMN exograph_in.definitions.fragment_id IS
    'Names the fragment in place of fragment_content_hash; may be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.definitions.ecosystem IS 'Names the version, with package and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.definitions.package IS 'Names the version, with ecosystem and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.definitions.version IS
    'Names the version, with ecosystem and package, or package_id. Comes back as given.';
COMMENT ON COLUMN exograph_in.definitions.file_sha256 IS
    'Names the file, with its version; without any, a file of no package. Comes back as given.';
COMMENT ON COLUMN exograph_in.definitions.fragment_content_hash IS
    'Names the fragment: that of the row''s file or, where it has none such, the only one. Comes back as given.';
COMMENT ON COLUMN exograph_in.definitions.kind IS 'Required. Part of the identity.';
COMMENT ON COLUMN exograph_in.definitions.module IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.definitions.name IS 'Required. Comes back.';
COMMENT ON COLUMN exograph_in.definitions.arity IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.definitions.qualified_name IS 'Required. Part of the identity.';
COMMENT ON COLUMN exograph_in.definitions.line IS 'Part of the identity, as given; may be NULL.';
COMMENT ON COLUMN exograph_in.definitions.col IS 'Part of the identity, as given; may be NULL.';
