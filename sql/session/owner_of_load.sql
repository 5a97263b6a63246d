-- The oid, so that a role that is renamed keeps its loads; but after a restore in another cluster that is some other role's, and
-- what the dump says of rights goes by names.
CREATE OR REPLACE FUNCTION exograph.owner_of_load(load exograph.loads) RETURNS oid
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT r.oid
    FROM pg_catalog.pg_roles r
    WHERE CASE WHEN load.cluster = exograph.cluster() THEN r.oid = load.role_oid ELSE r.rolname = load.started_by END
$$;

ALTER FUNCTION exograph.owner_of_load(exograph.loads) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.owner_of_load(exograph.loads) IS
    'Role whose load it is, in the cluster where the database is now. NULL where there is no such role.';
REVOKE ALL ON FUNCTION exograph.owner_of_load(exograph.loads) FROM PUBLIC;
