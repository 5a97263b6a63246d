-- Deleting a package, version or file locks it and then what belongs to it. The foreign keys of a row may lock in any other
-- order, and deadlock with that, unless the topmost is locked first.
CREATE OR REPLACE FUNCTION exograph.hold_parents(package_id bigint, package_version_id bigint, file_id bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    IF package_version_id IS NOT NULL THEN
        PERFORM FROM exograph.packages p WHERE p.id = hold_parents.package_id FOR KEY SHARE;
        PERFORM FROM exograph.package_versions v WHERE v.id = hold_parents.package_version_id FOR KEY SHARE;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
    END IF;
    IF file_id IS NOT NULL THEN
        PERFORM FROM exograph.files f WHERE f.id = hold_parents.file_id FOR KEY SHARE;
        RETURN FOUND;
    END IF;
    RETURN true;
END
$$;

ALTER FUNCTION exograph.hold_parents(bigint, bigint, bigint) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.hold_parents(bigint, bigint, bigint) IS
    'Keeps a version and its package (NULL: none) and a file (NULL: none) from being deleted until the transaction ends, after '
    'waiting for whoever is deleting them; false where one is gone. Errors: 40001.';
REVOKE ALL ON FUNCTION exograph.hold_parents(bigint, bigint, bigint) FROM PUBLIC;
