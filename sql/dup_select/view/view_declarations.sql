CREATE OR REPLACE FUNCTION dup_select.view_declarations(plan jsonb, under_callers_path boolean) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(string_agg(format('    %s;' || chr(10), d.text), '' ORDER BY d.part, d.n), '')
    FROM (SELECT 1 AS part, a.n, a.declared AS text FROM dup_select.view_assignments(plan) AS a WHERE a.declared IS NOT NULL
          UNION ALL
          SELECT 2, r.n, format('%s %s', r.reference, c.value ->> 'type')
          FROM dup_select.plan_returned(plan) AS r
          JOIN jsonb_array_elements(plan -> 'target' -> 'columns') AS c ON c.value ->> 'column' = r.name
          WHERE r.reference !~ '^NEW[.]'
          UNION ALL
          SELECT 3, 1, format('%I pg_catalog.text := pg_catalog.current_setting(''search_path'')', plan #>> '{made,path}')
          WHERE under_callers_path AND EXISTS (SELECT FROM dup_select.view_assignments(plan))
          UNION ALL
          SELECT 4, 1, format('%I integer := 0', plan #>> '{made,attempts}')) AS d
$$;

ALTER FUNCTION dup_select.view_declarations(jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_declarations(jsonb, boolean) IS
    'Variables of the trigger function.';
REVOKE ALL ON FUNCTION dup_select.view_declarations(jsonb, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_declarations(jsonb, boolean) TO PUBLIC;
