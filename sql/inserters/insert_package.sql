CREATE OR REPLACE FUNCTION exograph.insert_package() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_standing exograph.packages;
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph.raise_given_id(NEW.id);
    END IF;
    v_standing := exograph.put_package(NEW.ecosystem, NEW.name, NEW.metadata);
    NEW.id := v_standing.id;
    NEW.metadata := v_standing.metadata;
    RETURN NEW;
END
$$;

ALTER FUNCTION exograph.insert_package() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.insert_package() IS
    'Trigger of exograph_in.packages: inserts a package, or finds it. Errors: 428C9, and those of '
    'exograph.packages'' constraints.';
REVOKE ALL ON FUNCTION exograph.insert_package() FROM PUBLIC;
