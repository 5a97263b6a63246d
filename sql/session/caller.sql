-- session_user is wrong after SET ROLE, current_user is the owner inside a definer function.
CREATE OR REPLACE FUNCTION exograph.caller() RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE pg_catalog.current_setting('role')
               WHEN 'none' THEN session_user::pg_catalog.text
               ELSE pg_catalog.current_setting('role')
           END
$$;

ALTER FUNCTION exograph.caller() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.caller() IS 'Role in force where a definer function was called.';
REVOKE ALL ON FUNCTION exograph.caller() FROM PUBLIC;
