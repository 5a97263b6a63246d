-- The server prints NULLIF, IS DISTINCT FROM, CASE x WHEN y and row comparisons without naming their operators. Those are sure to
-- be found in pg_catalog only where they are made for just these types: not those of anyarray, of anyenum, of text for varchar.
CREATE OR REPLACE FUNCTION dup_select.plan_leaves_operators_bare(tree text) RETURNS boolean
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

ALTER FUNCTION dup_select.plan_leaves_operators_bare(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_leaves_operators_bare(text) IS
    'Whether an expression, as pg_node_tree, cannot be printed so that it means the same under any search_path.';
REVOKE ALL ON FUNCTION dup_select.plan_leaves_operators_bare(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_leaves_operators_bare(text) TO PUBLIC;
