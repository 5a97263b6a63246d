CREATE OR REPLACE FUNCTION dup_select.plan_is_constant(key pg_index, columns integer[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select.plan_is_builtin(key.indpred::text) AND coalesce(bool_and(
        dup_select.plan_is_builtin_type(a.atttypid) AND coalesce(dup_select.plan_is_builtin(d.adbin::text), true)), true)
    FROM pg_attribute a
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = key.indrelid
      AND (a.attnum = ANY (columns) OR a.attnum IN (
          SELECT unnest(c.generated_from) FROM dup_select.plan_table_columns(key.indrelid) AS c WHERE c.attnum = ANY (columns)))
$$;

ALTER FUNCTION dup_select.plan_is_constant(pg_index, integer[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_is_constant(pg_index, integer[]) IS
    'Whether an index''s predicate over defaults of these columns is the same always, and evaluating it runs nothing of the '
    'table''s owner''s.';
REVOKE ALL ON FUNCTION dup_select.plan_is_constant(pg_index, integer[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_is_constant(pg_index, integer[]) TO PUBLIC;
