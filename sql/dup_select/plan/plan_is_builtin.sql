-- The stored tree names all that evaluating it would run: functions, operators (their function may not be noted yet), and types,
-- whose input functions, constraints and casts count. Only kinds of nodes that do nothing else; pg_depend records nothing that is
-- built in. A stable function would be right for today only, and table_to_xml runs what a view holds.
CREATE OR REPLACE FUNCTION dup_select.plan_is_builtin(tree text) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT NOT EXISTS (
            SELECT FROM regexp_matches(tree, '[{]([A-Z_]+)', 'g') AS n (match)
            WHERE n.match[1] !~ '^(VAR|CONST|FUNCEXPR|OPEXPR|DISTINCTEXPR|NULLIFEXPR|SCALARARRAYOPEXPR|BOOLEXPR|RELABELTYPE'
                '|CASE|CASEEXPR|WHEN|CASEWHEN|CASETESTEXPR|ARRAY|ARRAYEXPR|COALESCE|COALESCEEXPR|NULLTEST|BOOLEANTEST)$')
       AND NOT EXISTS (
            SELECT
            FROM (SELECT f.match[1]::oid
                  FROM regexp_matches(tree, ':(?:funcid|opfuncid|hashfuncid|negfuncid) ([1-9][0-9]*)', 'g') AS f (match)
                  UNION
                  SELECT coalesce(p.oprcode::oid, 0)
                  FROM regexp_matches(tree, ':opno ([0-9]+)', 'g') AS o (match)
                  LEFT JOIN pg_operator p ON p.oid = o.match[1]::oid AND p.oprnamespace = 'pg_catalog'::regnamespace) AS f (oid)
            LEFT JOIN pg_proc p ON p.oid = f.oid AND p.pronamespace = 'pg_catalog'::regnamespace AND p.provolatile = 'i'
            WHERE p.oid IS NULL)
       AND NOT EXISTS (
            SELECT FROM regexp_matches(tree, ':[a-z_]*type(?:id)? ([1-9][0-9]*)', 'g') AS t (match)
            WHERE NOT dup_select.plan_is_builtin_type(t.match[1]::oid))
$$;

ALTER FUNCTION dup_select.plan_is_builtin(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_is_builtin(text) IS
    'Whether evaluating a stored expression runs immutable functions of pg_catalog only.';
REVOKE ALL ON FUNCTION dup_select.plan_is_builtin(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_is_builtin(text) TO PUBLIC;
