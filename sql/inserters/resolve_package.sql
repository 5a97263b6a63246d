CREATE OR REPLACE FUNCTION exograph.resolve_package(package_id bigint, ecosystem text, package text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    IF package_id IS NULL THEN
        RETURN (exograph.put_package(ecosystem, package, NULL)).id;
    END IF;
    IF num_nonnulls(ecosystem, package) > 0 AND NOT EXISTS (
        SELECT
        FROM exograph.packages p
        WHERE p.id = resolve_package.package_id
            AND p.ecosystem = coalesce(resolve_package.ecosystem, p.ecosystem)
            AND p.name = coalesce(resolve_package.package, p.name))
    THEN
        CALL exograph.raise_contradiction('ecosystem and package contradict package_id');
    END IF;
    RETURN package_id;
END
$$;

ALTER FUNCTION exograph.resolve_package(bigint, text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.resolve_package(bigint, text, text) IS
    'Id of the package that a row names by id or by natural key; it is made if it does not stand. Errors: XG010, and those '
    'of exograph.packages'' constraints.';
REVOKE ALL ON FUNCTION exograph.resolve_package(bigint, text, text) FROM PUBLIC;
