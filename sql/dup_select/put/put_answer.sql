CREATE OR REPLACE FUNCTION dup_select.put_answer(plan jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('SELECT s.put__row, jsonb_build_object(%s) FROM pg_temp.put_table_rows AS s ORDER BY s.put__row',
        (SELECT string_agg(format('%L, s.%I', r.name, r.slot), ', ' ORDER BY r.n)
         FROM dup_select.put_results(plan, plan -> 'target') AS r))
$$;

ALTER FUNCTION dup_select.put_answer(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_answer(jsonb) IS
    'The query that gives the result of put_table.';
REVOKE ALL ON FUNCTION dup_select.put_answer(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_answer(jsonb) TO PUBLIC;
