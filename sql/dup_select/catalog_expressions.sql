SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- Numbers of the columns that a stored expression names.
CREATE FUNCTION dup_select_private.expression_columns(tree text) RETURNS integer[]
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT coalesce(array_agg(DISTINCT v.match[1]::integer), '{}')
    FROM regexp_matches(tree, ':varattno (-?[0-9]+)', 'g') AS v (match)
$$;

-- Whether an expression, as pg_node_tree, cannot be printed so that it means the same under any search_path. The server prints
-- NULLIF, IS DISTINCT FROM, CASE x WHEN y and row comparisons without naming their operators. Those are sure to be found in
-- pg_catalog only where they are made for just these types: not those of anyarray, of anyenum, of text for varchar.
CREATE FUNCTION dup_select_private.leaves_operators_bare(tree text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF tree !~ '[{](DISTINCTEXPR|NULLIFEXPR|ROWCOMPAREEXPR|CASETESTEXPR)' THEN
        RETURN false;
    END IF;
    RETURN EXISTS (
        SELECT
        FROM regexp_matches(tree, '[{](?:DISTINCTEXPR|NULLIFEXPR|ROWCOMPAREEXPR :\w+ \d+) :opnos? (?:[(]o )?([0-9 ]+)', 'g')
            AS e (match)
        CROSS JOIN regexp_split_to_table(btrim(e.match[1]), ' ') AS n (operator)
        JOIN pg_operator o ON o.oid = n.operator::oid
        JOIN pg_type t ON t.oid IN (o.oprleft, o.oprright)
        WHERE t.typtype = 'p')
        OR regexp_count(tree, '[{]CASETESTEXPR') > (
        SELECT count(*)
        FROM regexp_matches(tree,
            '[{]OPEXPR :opno (\d+) [^{}]*:args [(][{]CASETESTEXPR :typeId (\d+) [^{}]*[}] [{](?:CONST|VAR) ', 'g')
            AS e (match)
        JOIN pg_operator o ON o.oid = e.match[1]::oid AND o.oprleft = e.match[2]::oid AND o.oprright = o.oprleft);
END
$$;

-- Whether evaluating a stored expression runs immutable functions of pg_catalog only. The stored tree names all that evaluating
-- it would run: functions, operators (their function may not be noted yet), and types, whose input functions, constraints and
-- casts count. Only kinds of nodes that do nothing else; pg_depend records nothing that is built in. A stable function would be
-- right for today only, and table_to_xml runs what a view holds.
CREATE FUNCTION dup_select_private.is_builtin(tree text) RETURNS boolean
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
            WHERE NOT dup_select_private.is_builtin_type(t.match[1]::oid))
$$;

-- Whether an index's predicate over defaults of these columns is the same always, and evaluating it runs nothing of the table's
-- owner's.
CREATE FUNCTION dup_select_private.is_constant(index oid, columns integer[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.is_builtin(i.indpred::text) AND NOT EXISTS (
        SELECT
        FROM pg_attribute a
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = i.indrelid AND a.attnum = ANY (columns)
            AND NOT (dup_select_private.is_builtin_type(a.atttypid)
                     AND coalesce(dup_select_private.is_builtin(d.adbin::text), true)))
    FROM pg_index i WHERE i.indexrelid = index
$$;

-- Whether pg_catalog has a function of this name.
CREATE FUNCTION dup_select_private.is_builtin_function(name text) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT EXISTS (SELECT FROM pg_proc p WHERE p.proname = name AND p.pronamespace = 'pg_catalog'::regnamespace)
$$;
