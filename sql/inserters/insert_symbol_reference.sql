-- What the constraints refuse is refused where the fact stands, too: it is not looked up, and the INSERT says why.
CREATE OR REPLACE FUNCTION exograph.insert_symbol_reference() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_valid    boolean := NEW.name IS NOT NULL
        AND coalesce(greatest(octet_length(NEW.module), octet_length(NEW.name)), 0) <= 2000;
    v_standing exograph.symbol_references;
BEGIN
    SELECT f.file_id, f.package_version_id, f.package_id INTO NEW.file_id, NEW.package_version_id, NEW.package_id
    FROM exograph.resolve_file(NEW.file_id, NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package, NEW.version,
                               NEW.file_sha256) f;
    NEW.fragment_id := exograph.resolve_fragment(NEW.fragment_id, NEW.fragment_content_hash, NEW.file_id);
    LOOP
        IF v_valid THEN
            v_standing := exograph.find_symbol_reference(NEW.file_id, NEW.line, NEW.col, NEW.kind, NEW.qualified_name);
        END IF;
        EXIT WHEN v_standing.file_id IS NOT NULL;

        INSERT INTO exograph.symbol_references AS d (package_id, package_version_id, file_id, fragment_id, kind, module, name,
                                                     arity, qualified_name, line, col)
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

ALTER FUNCTION exograph.insert_symbol_reference() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.insert_symbol_reference() IS
    'Trigger of exograph_in.symbol_references: inserts a fact, unless it stands in any partition; makes package and '
    'version, not file and fragment. Errors: 23503, XG010, and those of the tables'' constraints.';
REVOKE ALL ON FUNCTION exograph.insert_symbol_reference() FROM PUBLIC;
