CREATE OR REPLACE FUNCTION exograph.resolve_package(package_id bigint, ecosystem text, package text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_actual text[];
BEGIN
    IF package_id IS NULL THEN
        RETURN (exograph.put_package(ecosystem, package, NULL)).id;
    END IF;
    SELECT ARRAY[p.ecosystem, p.name] INTO v_actual
    FROM exograph.packages p
    WHERE p.id = resolve_package.package_id
    FOR KEY SHARE;
    IF NOT FOUND THEN
        CALL exograph.raise_missing_parent('packages', format('id %s', package_id));
    END IF;
    CALL exograph.check_said('package_id', package_id, '{ecosystem,package}', ARRAY[ecosystem, package], v_actual);
    RETURN package_id;
END
$$;

ALTER FUNCTION exograph.resolve_package(bigint, text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.resolve_package(bigint, text, text) IS
    'Id of the package that a row names by id or by natural key; it is made if it does not stand, and kept from being deleted '
    'until the transaction ends. Errors: 23503, 40001, XG010, and those of exograph.packages'' constraints.';
REVOKE ALL ON FUNCTION exograph.resolve_package(bigint, text, text) FROM PUBLIC;
