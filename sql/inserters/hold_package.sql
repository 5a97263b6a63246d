-- Deleting a package locks it and then what belongs to it. The foreign keys of a row may lock in any other order, and deadlock
-- with that, unless the package is locked before.
CREATE OR REPLACE PROCEDURE exograph.hold_package(package_id bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM FROM exograph.packages p WHERE p.id = hold_package.package_id FOR KEY SHARE;
END
$$;

ALTER PROCEDURE exograph.hold_package(bigint) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.hold_package(bigint) IS
    'Keeps a package from being deleted until the transaction ends; waits while it is being deleted. Errors: 40001.';
REVOKE ALL ON PROCEDURE exograph.hold_package(bigint) FROM PUBLIC;
