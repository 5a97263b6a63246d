CREATE OR REPLACE FUNCTION dup_select.put_resolve(plan jsonb, level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'UPDATE pg_temp.put_table_rows AS s SET %s
FROM %s
WHERE %s
  AND %s',
        (SELECT string_agg(r.setting, ', ' ORDER BY r.n)
         FROM (SELECT r.n, format('%I = %I', r.slot, r.name) AS setting FROM dup_select.put_results(plan, level) AS r
               UNION ALL
               SELECT 1000, 'put__done = true' WHERE level -> 'path' = '[]') AS r),
        coalesce(level ->> 'searched', dup_select.level_from(level)),
        array_to_string(dup_select.put_pending(level), ' AND '),
        dup_select.level_match(level, 2))
    WHERE (level ->> 'shown')::boolean
$$;

ALTER FUNCTION dup_select.put_resolve(jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_resolve(jsonb, jsonb) IS
    'UPDATE that joins back the keys that stand. NULL where the rows do not show a natural key.';
REVOKE ALL ON FUNCTION dup_select.put_resolve(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_resolve(jsonb, jsonb) TO PUBLIC;
