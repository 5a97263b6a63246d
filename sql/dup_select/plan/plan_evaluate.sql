CREATE OR REPLACE FUNCTION dup_select.plan_evaluate(relation oid, expression text, attnums integer[], "values" jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select.plan_substitute(expression, coalesce(array_agg(a.attname::text ORDER BY a.attnum), '{}'),
                                      coalesce(array_agg("values" ->> a.attname ORDER BY a.attnum), '{}'))
    FROM pg_attribute a
    WHERE a.attrelid = relation AND a.attnum = ANY (attnums)
$$;

ALTER FUNCTION dup_select.plan_evaluate(oid, text, integer[], jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_evaluate(oid, text, integer[], jsonb) IS
    'An expression of a table, over what a new row holds.';
REVOKE ALL ON FUNCTION dup_select.plan_evaluate(oid, text, integer[], jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_evaluate(oid, text, integer[], jsonb) TO PUBLIC;
