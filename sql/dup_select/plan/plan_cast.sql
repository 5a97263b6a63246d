CREATE OR REPLACE FUNCTION dup_select.plan_cast(expression text, type text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT CASE WHEN type IS NULL THEN expression ELSE format('CAST(%s AS %s)', expression, type) END
    WHERE expression IS NOT NULL
$$;

ALTER FUNCTION dup_select.plan_cast(text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_cast(text, text) IS
    'The expression, cast to a type where one is given. NULL where there is no expression.';
REVOKE ALL ON FUNCTION dup_select.plan_cast(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_cast(text, text) TO PUBLIC;
