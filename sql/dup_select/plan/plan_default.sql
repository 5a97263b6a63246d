CREATE OR REPLACE FUNCTION dup_select.plan_default(value text, fallback text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT format('coalesce(%s, %s)', value, coalesce(substring(fallback FROM '^(''[^'']*'')::[^''()]+$'), fallback))
$$;

ALTER FUNCTION dup_select.plan_default(text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_default(text, text) IS
    'Text of a value that is the default where it is NULL.';
REVOKE ALL ON FUNCTION dup_select.plan_default(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_default(text, text) TO PUBLIC;
