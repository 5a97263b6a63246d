SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- CREATE FUNCTION of the trigger function. enable_seqscan: a plan that is cached while a table is small goes on scanning it,
-- 20,000 rows took 18 s instead of 0.4.
CREATE OR REPLACE FUNCTION dup_select_private.view_trigger_function(
    plan jsonb, view_name text, superclass oid, select_first boolean, security_definer boolean
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_under_callers_path boolean := NOT (security_definer OR (plan ->> 'pinned')::boolean);
    v_body text := format(
'%sDECLARE
%sBEGIN
    IF TG_OP OPERATOR(pg_catalog.<>) ''INSERT'' THEN
        RAISE EXCEPTION ''%% of view %% is not supported: it takes INSERT only'', TG_OP, %L
            USING ERRCODE = ''feature_not_supported'', HINT = %L;
    END IF;
%s
%s%s
    RAISE EXCEPTION ''%% or a parent neither takes the row nor shows the one with its key'', %L
        USING ERRCODE = ''no_data_found'', HINT = ''A trigger that leaves rows out, or a row security policy, may be why.'';
END
',
        -- A column may be named like what a trigger knows, and one of a subquery in the mapping like a variable.
        CASE WHEN EXISTS (SELECT FROM dup_select_private.view_assignments(plan)) OR EXISTS (
            SELECT
            FROM unnest(dup_select_private.plan_user_names((plan -> 'parents') || (plan -> 'target'),
                plan -> 'inputs')) AS c (name)
            WHERE c.name ~ '^(new|old|found|tg_.*)$')
        THEN '#variable_conflict use_column' || chr(10) ELSE '' END,
        dup_select_private.view_declarations(plan, v_under_callers_path), view_name,
        format('Change the rows of %s.', plan #>> '{target,table}'),
        dup_select_private.view_preparation(plan, view_name, v_under_callers_path),
        (SELECT string_agg(dup_select_private.level_find_parent(l.value, select_first), chr(10) ORDER BY l.n) || chr(10)
         FROM jsonb_array_elements(plan -> 'parents') WITH ORDINALITY AS l (value, n)),
        dup_select_private.level_put_target(plan, superclass, select_first), plan #>> '{target,table}');
    v_quote text := '$' || '$';
BEGIN
    WHILE strpos(v_body, v_quote) > 0 LOOP -- a name or an expression may hold it
        v_quote := concat('$x', substr(v_quote, 2));
    END LOOP;
    RETURN format(
'CREATE OR REPLACE FUNCTION %s() RETURNS trigger
LANGUAGE plpgsql VOLATILE %s AS %s
%s%3$s;
%5$s',
        dup_select_private.view_function_name(view_name),
        concat(CASE WHEN security_definer THEN 'SECURITY DEFINER' ELSE 'SECURITY INVOKER' END,
               CASE WHEN NOT v_under_callers_path THEN ' SET search_path = pg_catalog, pg_temp' END, ' SET enable_seqscan = off'),
        v_quote, v_body,
        CASE WHEN security_definer
            THEN format('REVOKE ALL ON FUNCTION %s() FROM PUBLIC;' || chr(10), dup_select_private.view_function_name(view_name))
            ELSE ''
        END);
END
$$;

-- Variables of the trigger function.
CREATE OR REPLACE FUNCTION dup_select_private.view_declarations(plan jsonb, under_callers_path boolean) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(string_agg(format('    %s;' || chr(10), d.text), '' ORDER BY d.part, d.n), '')
    FROM (SELECT 1 AS part, a.n, a.declared AS text
        FROM dup_select_private.view_assignments(plan) AS a WHERE a.declared IS NOT NULL
          UNION ALL
          SELECT 2, r.n, format('%s %s', r.reference, c.value ->> 'type')
          FROM dup_select_private.plan_returned(plan) AS r
          JOIN jsonb_array_elements(plan -> 'target' -> 'columns') AS c ON c.value ->> 'column' = r.name
          WHERE r.reference !~ '^NEW[.]'
          UNION ALL
          SELECT 3, 1, format('%I pg_catalog.text := pg_catalog.current_setting(''search_path'')', plan #>> '{made,path}')
          WHERE under_callers_path AND EXISTS (SELECT FROM dup_select_private.view_assignments(plan))
          UNION ALL
          SELECT 4, 1, format('%I integer := 0', plan #>> '{made,attempts}')) AS d
$$;

-- The part of the trigger before any look-up. A mapping is evaluated under the search_path under which it was checked, not under
-- the caller's.
CREATE OR REPLACE FUNCTION dup_select_private.view_preparation(plan jsonb, view_name text, under_callers_path boolean)
RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT concat(
        (SELECT string_agg(format(
'    IF %s IS NOT NULL THEN
        RAISE EXCEPTION ''column %%.%% is given back, it cannot be given'', %L, %L
            USING ERRCODE = ''generated_always'', HINT = ''Leave it out, or map it to an input column.'';
    END IF;
',          dup_select_private.plan_new(k.name), view_name, k.name), '' ORDER BY k.n)
         FROM jsonb_array_elements_text(plan -> 'primary_key') WITH ORDINALITY AS k (name, n)
         WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(plan -> 'target' -> 'columns') AS c
                           WHERE c.value ->> 'column' = k.name
                             AND (c.value ->> 'raw' = dup_select_private.plan_new(k.name)))),
        (SELECT chr(10) || '    PERFORM pg_catalog.set_config(''search_path'', ''pg_catalog, pg_temp'', true);'
         WHERE under_callers_path AND EXISTS (SELECT FROM dup_select_private.view_assignments(plan))),
        (SELECT format(
'
    SELECT %s
    INTO %s
    FROM (SELECT NEW.*) AS input;
',          dup_select_private.level_list(array_agg(a.expression ORDER BY a.n), ', ', 11),
            dup_select_private.level_list(array_agg(a.target ORDER BY a.n), ', ', 9))
         FROM dup_select_private.view_assignments(plan) AS a WHERE NOT a.composite HAVING count(*) > 0),
        (SELECT string_agg(format(chr(10) || '    %s := (SELECT %s FROM (SELECT NEW.*) AS input);' || chr(10),
                                  a.target, a.expression), '' ORDER BY a.n)
         FROM dup_select_private.view_assignments(plan) AS a WHERE a.composite), -- no part of a list after INTO
        (SELECT format('    PERFORM pg_catalog.set_config(''search_path'', %I, true);' || chr(10), plan #>> '{made,path}')
         WHERE under_callers_path AND EXISTS (SELECT FROM dup_select_private.view_assignments(plan))),
        (SELECT chr(10) || string_agg(format('    %s := NULL;' || chr(10), dup_select_private.plan_new(k.name)),
            '' ORDER BY k.name)
         FROM jsonb_array_elements_text(plan -> 'read_keys') AS k (name)),
        (SELECT chr(10) || string_agg(format('    %s := %s;' || chr(10), c.value ->> 'raw',
                    dup_select_private.plan_default(c.value ->> 'raw', c.value ->> 'fallback')), '' ORDER BY c.n)
         FROM jsonb_array_elements(plan -> 'target' -> 'columns') WITH ORDINALITY AS c (value, n)
         WHERE (c.value ->> 'echo')::boolean))
$$;

-- What the trigger computes from the input first. What is computed from the input before any look-up: expression and where it
-- goes.
CREATE OR REPLACE FUNCTION dup_select_private.view_assignments(plan jsonb)
RETURNS TABLE (n bigint, target text, expression text, declared text, composite boolean)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT row_number() OVER (ORDER BY l.n DESC, c.n), c.value ->> 'raw',
           CASE
               WHEN NOT (c.value ->> 'parent')::boolean THEN c.value ->> 'expression'
               WHEN (c.value ->> 'direct')::boolean THEN format('coalesce(%s, %s)', c.value ->> 'raw', c.value ->> 'expression')
               ELSE format('coalesce(%s, CAST(%s AS %s))', c.value ->> 'raw', c.value ->> 'source', c.value ->> 'base_type')
           END,
           CASE WHEN NOT (c.value ->> 'parent')::boolean
               THEN concat_ws(' ', c.value ->> 'raw', c.value ->> 'type', 'COLLATE ' || (c.value ->> 'collation')) END,
           (c.value ->> 'composite')::boolean AND NOT (c.value ->> 'parent')::boolean
    FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) WITH ORDINALITY AS l (value, n)
    CROSS JOIN jsonb_array_elements(l.value -> 'columns') WITH ORDINALITY AS c (value, n)
    WHERE c.value ->> 'expression' IS NOT NULL
      AND c.value ->> 'raw' IS DISTINCT FROM
          CASE WHEN (c.value ->> 'direct')::boolean THEN dup_select_private.plan_new(c.value ->> 'input') END
$$;
