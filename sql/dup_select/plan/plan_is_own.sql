-- A reference to a partitioned table has a clone for each partition, on the same table; a partition has one that it inherited.
CREATE OR REPLACE FUNCTION dup_select.plan_is_own(foreign_key pg_constraint) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT NOT EXISTS (SELECT FROM pg_constraint p
                       WHERE p.oid = foreign_key.conparentid AND p.conrelid = foreign_key.conrelid)
       AND NOT dup_select.plan_is_temporal(foreign_key)
$$;

ALTER FUNCTION dup_select.plan_is_own(pg_constraint) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_is_own(pg_constraint) IS
    'Whether a foreign key is one that a path can follow: of the table itself, and not to a period.';
REVOKE ALL ON FUNCTION dup_select.plan_is_own(pg_constraint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_is_own(pg_constraint) TO PUBLIC;
