CREATE OR REPLACE FUNCTION dup_select.put_join(plan jsonb, level jsonb, restriction text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'UPDATE %s SET %s
FROM %s
WHERE %s
  AND %s',
        dup_select.put_rows(level),
        (SELECT string_agg(r.setting, ', ' ORDER BY r.n)
         FROM (SELECT r.n, format('%I = %I', r.slot, r.name) AS setting FROM dup_select.put_results(plan, level) AS r
               UNION ALL
               SELECT 1000, format('%I = true', level #>> '{made,done}') WHERE level -> 'path' = '[]') AS r),
        coalesce((level ->> 'searched') || ' AS existing', dup_select.level_from(level)),
        array_to_string(array_append(dup_select.put_pending(level), restriction), ' AND '),
        dup_select.level_match(level, 2))
$$;

ALTER FUNCTION dup_select.put_join(jsonb, jsonb, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_join(jsonb, jsonb, text) IS
    'UPDATE that joins back the keys of a level that stand, for rows under a further condition (NULL: all).';
REVOKE ALL ON FUNCTION dup_select.put_join(jsonb, jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_join(jsonb, jsonb, text) TO PUBLIC;
