CREATE OR REPLACE FUNCTION dup_select.plan_check_superclass(plan jsonb, superclass oid) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF superclass IS NULL THEN
        RETURN;
    END IF;
    IF NOT EXISTS (
        WITH RECURSIVE parents AS (
            SELECT (plan #>> '{target,relation}')::oid AS relation
            UNION
            SELECT i.inhparent FROM parents p JOIN pg_inherits i ON i.inhrelid = p.relation
        )
        SELECT FROM parents p WHERE p.relation = superclass AND superclass <> (plan #>> '{target,relation}')::oid)
    THEN
        RAISE EXCEPTION '% does not inherit from %', plan #>> '{target,table}', dup_select.plan_table_name(superclass)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF (plan #>> '{target,shown}')::boolean IS NOT TRUE THEN
        RAISE EXCEPTION '% has no unique key that the mapping fills, by which to look in %', plan #>> '{target,table}',
            dup_select.plan_table_name(superclass)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;

ALTER FUNCTION dup_select.plan_check_superclass(jsonb, oid) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_check_superclass(jsonb, oid) IS
    'Raises where superclass is no ancestor of the target, or cannot be searched: 22023.';
REVOKE ALL ON FUNCTION dup_select.plan_check_superclass(jsonb, oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_check_superclass(jsonb, oid) TO PUBLIC;
