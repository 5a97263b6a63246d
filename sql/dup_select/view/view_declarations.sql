CREATE OR REPLACE FUNCTION dup_select.view_declarations(plan jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(string_agg(format('    %s;' || chr(10), d.text), '' ORDER BY d.part, d.n), '')
    FROM (SELECT 1 AS part, a.n, a.declared AS text FROM dup_select.view_assignments(plan) AS a WHERE a.declared IS NOT NULL
          UNION ALL
          SELECT 2, r.n, format('%s %s', r.reference, c.value ->> 'type')
          FROM dup_select.plan_returned(plan) AS r
          JOIN jsonb_array_elements(plan -> 'target' -> 'columns') AS c ON c.value ->> 'column' = r.name
          WHERE r.reference !~ '^NEW[.]'
          UNION ALL
          SELECT 3, 1, 'v_attempts integer := 0') AS d
$$;

ALTER FUNCTION dup_select.view_declarations(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_declarations(jsonb) IS
    'Variables of the trigger function.';
REVOKE ALL ON FUNCTION dup_select.view_declarations(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_declarations(jsonb) TO PUBLIC;
