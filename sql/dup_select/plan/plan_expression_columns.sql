CREATE OR REPLACE FUNCTION dup_select.plan_expression_columns(tree text) RETURNS integer[]
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT coalesce(array_agg(DISTINCT v.match[1]::integer), '{}')
    FROM regexp_matches(tree, ':varattno (-?[0-9]+)', 'g') AS v (match)
$$;

ALTER FUNCTION dup_select.plan_expression_columns(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_expression_columns(text) IS
    'Numbers of the columns that a stored expression names.';
REVOKE ALL ON FUNCTION dup_select.plan_expression_columns(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_expression_columns(text) TO PUBLIC;
