-- The default of a domain would be taken for what was given: in a view, or a temporary table, a column that is left out gets it.
CREATE OR REPLACE FUNCTION dup_select.plan_base_type(domain oid) RETURNS TABLE (type oid, modifier integer, unfit boolean)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH RECURSIVE domains AS (
        SELECT t.typbasetype, t.typtypmod, t.typnotnull OR t.typdefault IS NOT NULL AS unfit
        FROM pg_type t WHERE t.oid = domain AND t.typtype = 'd'
        UNION ALL
        SELECT t.typbasetype, t.typtypmod, d.unfit OR t.typnotnull
        FROM domains d JOIN pg_type t ON t.oid = d.typbasetype WHERE t.typtype = 'd'
    )
    SELECT d.typbasetype, d.typtypmod, d.unfit
    FROM domains d JOIN pg_type t ON t.oid = d.typbasetype WHERE t.typtype <> 'd'
$$;

ALTER FUNCTION dup_select.plan_base_type(oid) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_base_type(oid) IS
    'The type below a domain, and whether the domain takes no NULL or has a default, which makes it unfit for a variable, a '
    'column of a view or of the work table. No row for other types.';
REVOKE ALL ON FUNCTION dup_select.plan_base_type(oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_base_type(oid) TO PUBLIC;
