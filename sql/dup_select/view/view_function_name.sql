CREATE OR REPLACE FUNCTION dup_select.view_function_name(view_name text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT format('%I.%I', n.parts[1], dup_select.plan_identifier(n.parts[2] || '_insert'))
    FROM parse_ident(view_name) AS n (parts)
$$;

ALTER FUNCTION dup_select.view_function_name(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_function_name(text) IS
    'Qualified name of the trigger function.';
REVOKE ALL ON FUNCTION dup_select.view_function_name(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_function_name(text) TO PUBLIC;
