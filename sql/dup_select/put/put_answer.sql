CREATE OR REPLACE FUNCTION dup_select.put_answer(plan jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('SELECT %1$s, pg_catalog.jsonb_build_object(%2$s) FROM %3$s ORDER BY %1$s',
        dup_select.put_row(plan -> 'target'),
        (SELECT string_agg(format('%L, %I.%I', r.name, plan #>> '{made,rows}', r.slot), ', ' ORDER BY r.n)
         FROM dup_select.put_results(plan, plan -> 'target') AS r),
        dup_select.put_rows(plan -> 'target'))
$$;

ALTER FUNCTION dup_select.put_answer(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_answer(jsonb) IS
    'The query that gives the result of put_table.';
REVOKE ALL ON FUNCTION dup_select.put_answer(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_answer(jsonb) TO PUBLIC;
