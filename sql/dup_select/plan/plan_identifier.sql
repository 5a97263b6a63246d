CREATE OR REPLACE FUNCTION dup_select.plan_identifier(name text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT CASE WHEN octet_length(name) <= 63 THEN name ELSE concat(left(name, 7), '_', md5(name)) END
$$;

ALTER FUNCTION dup_select.plan_identifier(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_identifier(text) IS
    'The name, or one that is as short as identifiers must be.';
REVOKE ALL ON FUNCTION dup_select.plan_identifier(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_identifier(text) TO PUBLIC;
