SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_in.packages WITH (security_invoker = true) AS
SELECT p.id, p.ecosystem, p.name, p.metadata
FROM exograph.packages p;

-- The package with this key, inserted if it does not stand; nobody deletes it until the transaction ends. Errors: 40001, and
-- those of exograph.packages' constraints. Select first: most rows that come row by row stand already, and a failed INSERT burns
-- an id. After a conflict the row is looked up by a new statement, which sees it; if it was deleted meanwhile, the next round
-- inserts it. All put_ functions work so. What is a parent is locked, so that it is not deleted between the look and the child's
-- INSERT.
CREATE OR REPLACE FUNCTION exograph_private.put_package(ecosystem text, name text, metadata jsonb) RETURNS exograph.packages
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_standing exograph.packages;
BEGIN
    LOOP
        SELECT p.* INTO v_standing
        FROM exograph.packages p
        WHERE p.ecosystem = put_package.ecosystem AND p.name = put_package.name
        FOR KEY SHARE;
        EXIT WHEN FOUND;

        INSERT INTO exograph.packages AS p (ecosystem, name, metadata)
        VALUES (put_package.ecosystem, put_package.name, coalesce(put_package.metadata, '{}'))
        ON CONFLICT ON CONSTRAINT packages_natural_key DO NOTHING
        RETURNING p.* INTO v_standing;
        EXIT WHEN FOUND;
    END LOOP;
    RETURN v_standing;
END
$$;

-- Id of the package that a row names by id or by natural key; it is made if it does not stand, and kept from being deleted until
-- the transaction ends. Errors: 23503, 40001, XG010, and those of exograph.packages' constraints.
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
    WHERE p.id = resolve_package.package_id
    FOR KEY SHARE;
    IF NOT FOUND THEN
        CALL exograph_private.raise_missing_parent('packages', format('id %s', package_id));
    END IF;
    CALL exograph_private.check_said('package_id', package_id, '{ecosystem,package}', ARRAY[ecosystem, package], v_actual);
    RETURN package_id;
END
$$;

-- Trigger of exograph_in.packages: inserts a package, or finds it. Errors: 428C9, and those of exograph.packages' constraints.
CREATE OR REPLACE FUNCTION exograph_private.insert_package() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_standing exograph.packages;
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph_private.raise_given_id(NEW.id);
    END IF;
    v_standing := exograph_private.put_package(NEW.ecosystem, NEW.name, NEW.metadata);
    NEW.id := v_standing.id;
    NEW.metadata := v_standing.metadata;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.packages
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.enter_gate();
CREATE OR REPLACE TRIGGER insert_package INSTEAD OF INSERT ON exograph_in.packages
FOR EACH ROW EXECUTE FUNCTION exograph_private.insert_package();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.packages
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.packages
FOR EACH ROW EXECUTE FUNCTION exograph_private.refuse_change();

COMMENT ON VIEW exograph_in.packages IS
    'Inserter view of packages. RETURNING gives the row that stands, inserted now or before. metadata: NULL is {}.';
COMMENT ON COLUMN exograph_in.packages.id IS 'Comes back. The index gives it; never given.';
COMMENT ON COLUMN exograph_in.packages.ecosystem IS 'Required. The key, with name.';
COMMENT ON COLUMN exograph_in.packages.name IS 'Required. The key, with ecosystem.';
COMMENT ON COLUMN exograph_in.packages.metadata IS 'NULL is {}. Comes back.';
