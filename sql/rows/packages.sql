SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_in.packages WITH (security_invoker = true) AS
SELECT p.id, p.ecosystem, p.name, p.metadata
FROM exograph.packages p;

COMMENT ON VIEW exograph_in.packages IS
    'Inserter view of packages. RETURNING gives the existing row, inserted now or before. metadata: NULL is {}.';

CREATE OR REPLACE FUNCTION exograph_private.insert_package() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_existing exograph.packages;
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph_private.raise_given_id(NEW.id);
    END IF;
    v_existing := exograph_private.put_package(NEW.ecosystem, NEW.name, NEW.metadata);
    IF v_existing.load_id <> 0
        AND v_existing.load_id::text IS DISTINCT FROM current_setting('exograph.found_packages', true)
    THEN
        CALL exograph_private.note_found(v_existing.load_id, 'packages');
    END IF;
    NEW.id := v_existing.id;
    NEW.metadata := v_existing.metadata;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION exograph_private.put_package(ecosystem text, name text, metadata jsonb) RETURNS exograph.packages
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_existing exograph.packages;
BEGIN
    LOOP
        SELECT p.* INTO v_existing
        FROM exograph.packages p
        WHERE p.ecosystem = put_package.ecosystem AND p.name = put_package.name;
        EXIT WHEN FOUND;

        INSERT INTO exograph.packages AS p (ecosystem, name, metadata)
        VALUES (put_package.ecosystem, put_package.name,
                exograph_private.printable_metadata('packages', put_package.metadata))
        ON CONFLICT ON CONSTRAINT packages_natural_key DO NOTHING
        RETURNING p.* INTO v_existing;
        EXIT WHEN FOUND;
    END LOOP;
    RETURN v_existing;
END
$$;

CREATE OR REPLACE FUNCTION exograph_private.resolve_package(package_id bigint, ecosystem text, package text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_actual text[];
BEGIN
    IF package_id IS NULL THEN
        RETURN (exograph_private.put_package(ecosystem, package, NULL)).id;
    END IF;
    SELECT ARRAY[p.ecosystem, p.name] INTO v_actual
    FROM exograph.packages p
    WHERE p.id = resolve_package.package_id;
    IF NOT FOUND THEN
        CALL exograph_private.raise_missing_parent('packages', format('id %s', package_id));
    END IF;
    CALL exograph_private.check_said('package_id', package_id, '{ecosystem,package}', ARRAY[ecosystem, package], v_actual);
    RETURN package_id;
END
$$;
