-- The row type of a view or table of pg_catalog, or an array of it, is none of those that occur here.
CREATE OR REPLACE FUNCTION dup_select.plan_is_builtin_type(type_id oid) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype IN ('b', 'r', 'm', 'p')
        OR t.typtype = 'e' OR coalesce(e.typtype = 'e', false)
    FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
    WHERE t.oid = type_id
$$;

ALTER FUNCTION dup_select.plan_is_builtin_type(oid) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_is_builtin_type(oid) IS
    'Whether reading a text as a value of the type runs functions of pg_catalog only: no domain, no composite type.';
REVOKE ALL ON FUNCTION dup_select.plan_is_builtin_type(oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_is_builtin_type(oid) TO PUBLIC;
