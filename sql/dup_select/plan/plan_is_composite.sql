CREATE OR REPLACE FUNCTION dup_select.plan_is_composite(type_id oid) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH RECURSIVE types AS (
        SELECT t.typtype, t.typbasetype FROM pg_type t WHERE t.oid = type_id
        UNION ALL
        SELECT t.typtype, t.typbasetype FROM types d JOIN pg_type t ON t.oid = d.typbasetype WHERE d.typtype = 'd'
    )
    SELECT coalesce(bool_or(t.typtype = 'c'), false) FROM types t
$$;

ALTER FUNCTION dup_select.plan_is_composite(oid) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_is_composite(oid) IS
    'Whether values of a type are composite: IS NULL is then also true of one whose fields are all NULL, and IS NOT NULL is '
    'not its opposite.';
REVOKE ALL ON FUNCTION dup_select.plan_is_composite(oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_is_composite(oid) TO PUBLIC;
