-- A mapping is evaluated under the search_path under which it was checked, not under the caller's.
CREATE OR REPLACE FUNCTION dup_select.view_preparation(plan jsonb, view_name text, under_callers_path boolean) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT concat(
        (SELECT string_agg(format(
'    IF %s IS NOT NULL THEN
        RAISE EXCEPTION ''column %%.%% is given back, it cannot be given'', %L, %L
            USING ERRCODE = ''generated_always'', HINT = ''Leave it out, or map it to an input column.'';
    END IF;
',          dup_select.plan_new(k.name), view_name, k.name), '' ORDER BY k.n)
         FROM jsonb_array_elements_text(plan -> 'primary_key') WITH ORDINALITY AS k (name, n)
         WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(plan -> 'target' -> 'columns') AS c
                           WHERE c.value ->> 'column' = k.name
                             AND (c.value ->> 'raw' = dup_select.plan_new(k.name)))),
        (SELECT chr(10) || '    PERFORM pg_catalog.set_config(''search_path'', ''pg_catalog, pg_temp'', true);'
         WHERE under_callers_path AND EXISTS (SELECT FROM dup_select.view_assignments(plan))),
        (SELECT format(
'
    SELECT %s
    INTO %s
    FROM (SELECT NEW.*) AS input;
',          dup_select.level_list(array_agg(a.expression ORDER BY a.n), ', ', 11),
            dup_select.level_list(array_agg(a.target ORDER BY a.n), ', ', 9))
         FROM dup_select.view_assignments(plan) AS a WHERE NOT a.composite HAVING count(*) > 0),
        (SELECT string_agg(format(chr(10) || '    %s := (SELECT %s FROM (SELECT NEW.*) AS input);' || chr(10),
                                  a.target, a.expression), '' ORDER BY a.n)
         FROM dup_select.view_assignments(plan) AS a WHERE a.composite), -- no part of a list after INTO
        (SELECT format('    PERFORM pg_catalog.set_config(''search_path'', %I, true);' || chr(10), plan #>> '{made,path}')
         WHERE under_callers_path AND EXISTS (SELECT FROM dup_select.view_assignments(plan))),
        (SELECT chr(10) || string_agg(format('    %s := NULL;' || chr(10), dup_select.plan_new(k.name)), '' ORDER BY k.name)
         FROM jsonb_array_elements_text(plan -> 'read_keys') AS k (name)),
        (SELECT chr(10) || string_agg(format('    %s := %s;' || chr(10), c.value ->> 'raw',
                    dup_select.plan_default(c.value ->> 'raw', c.value ->> 'fallback')), '' ORDER BY c.n)
         FROM jsonb_array_elements(plan -> 'target' -> 'columns') WITH ORDINALITY AS c (value, n)
         WHERE (c.value ->> 'echo')::boolean))
$$;

ALTER FUNCTION dup_select.view_preparation(jsonb, text, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_preparation(jsonb, text, boolean) IS
    'The part of the trigger before any look-up.';
REVOKE ALL ON FUNCTION dup_select.view_preparation(jsonb, text, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_preparation(jsonb, text, boolean) TO PUBLIC;
