SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- CREATE FUNCTION of the trigger function. enable_seqscan: a plan that is cached while a table is small goes on scanning it,
-- 20,000 rows took 18 s instead of 0.4.
CREATE FUNCTION dup_select_private.trigger_function(
    plan dup_select_private.plan, view_name text, select_first boolean, security_definer boolean
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_target text := ((plan.levels[1]).facts).qualified_name;
    v_under_callers_path boolean := NOT (security_definer OR plan.pinned);
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
        CASE WHEN EXISTS (SELECT FROM dup_select_private.assignments(plan))
            OR EXISTS (SELECT FROM unnest(dup_select_private.user_names(plan)) c (name) WHERE c.name ~ '^(new|old|found|tg_.*)$')
        THEN '#variable_conflict use_column' || chr(10) ELSE '' END,
        dup_select_private.declarations(plan, v_under_callers_path), view_name,
        format('Change the rows of %s.', v_target),
        dup_select_private.preparation(plan, view_name, v_under_callers_path),
        (SELECT string_agg(dup_select_private.find_parent(plan, plan.levels[n], select_first), chr(10) ORDER BY n DESC) || chr(10)
         FROM generate_series(2, cardinality(plan.levels)) n),
        dup_select_private.find_target(plan, select_first), v_target);
    v_quote text := dup_select_private.free_quote(v_body); -- a name or an expression may hold the usual one
BEGIN
    RETURN format(
'CREATE OR REPLACE FUNCTION %s() RETURNS trigger
LANGUAGE plpgsql VOLATILE %s AS %s
%s%3$s;
%5$s',
        dup_select_private.view_function_name(view_name),
        concat(CASE WHEN security_definer THEN 'SECURITY DEFINER' ELSE 'SECURITY INVOKER' END,
               CASE WHEN NOT v_under_callers_path THEN ' SET search_path = pg_catalog, pg_temp' END, ' SET enable_seqscan = off'),
        v_quote, v_body,
        CASE WHEN security_definer THEN format(
            'REVOKE ALL ON FUNCTION %s() FROM PUBLIC;' || chr(10), dup_select_private.view_function_name(view_name)) ELSE '' END);
END
$$;

-- What the trigger computes from the input before any look-up: where an expression goes, and how that variable is declared. NULL
-- where it is no variable, but the id of a parent that the mapping gives beside its key: that wins.
CREATE FUNCTION dup_select_private.assignments(plan dup_select_private.plan)
RETURNS TABLE (n bigint, target text, expression text, declared text, composite boolean)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT row_number() OVER (ORDER BY l, (c.facts).number), r.target,
           CASE
               WHEN c.out_name IS NULL THEN c.expression
               WHEN c.direct THEN format('coalesce(%s, %s)', r.target, c.expression)
               ELSE format('coalesce(%s, CAST(%s AS %s))', r.target, dup_select_private.source_of(c), (c.facts).base_type)
           END,
           CASE WHEN c.out_name IS NULL THEN dup_select_private.declared(r.target, c.facts) END,
           (c.facts).composite AND c.out_name IS NULL
    FROM generate_subscripts(plan.levels, 1) l
    CROSS JOIN unnest((plan.levels[l]).columns) c
    CROSS JOIN dup_select_private.reference(c.slot) r (target)
    WHERE c.expression IS NOT NULL AND NOT (c.direct AND (c.slot).record = 'NEW' AND (c.slot).name = c.input)
$$;

-- Variables of the trigger function.
CREATE FUNCTION dup_select_private.declarations(plan dup_select_private.plan, under_callers_path boolean) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT string_agg(format('    %s;' || chr(10), d.text), '' ORDER BY d.part, d.n)
    FROM (SELECT 1 AS part, a.n, a.declared AS text FROM dup_select_private.assignments(plan) a WHERE a.declared IS NOT NULL
          UNION ALL
          SELECT 2, r.n, format('%I %s', (r.slot).name, r.type)
          FROM dup_select_private.returned_columns(plan) r WHERE (r.slot).record IS NULL
          UNION ALL
          SELECT 3, 1, format('%I pg_catalog.text := pg_catalog.current_setting(''search_path'')', (plan.names).path)
          WHERE under_callers_path AND EXISTS (SELECT FROM dup_select_private.assignments(plan))
          UNION ALL
          SELECT 4, 1, format('%I integer := 0', (plan.names).attempts)) d
$$;

-- The part of the trigger before any look-up. A mapping is evaluated under the search_path under which it was checked, not under
-- the caller's.
CREATE FUNCTION dup_select_private.preparation(plan dup_select_private.plan, view_name text, under_callers_path boolean)
RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH computed AS (
        SELECT * FROM dup_select_private.assignments(plan)
    )
    SELECT concat(
        (SELECT string_agg(format(
'    IF %s IS NOT NULL THEN
        RAISE EXCEPTION ''column %%.%% is given back, it cannot be given'', %L, %L
            USING ERRCODE = ''generated_always'', HINT = ''Leave it out, or map it to an input column.'';
    END IF;
',          dup_select_private.new_column(k.name), view_name, k.name), '' ORDER BY k.n)
         FROM unnest(((plan.levels[1]).facts).primary_key) WITH ORDINALITY AS k (name, n)
         WHERE NOT EXISTS (SELECT FROM unnest((plan.levels[1]).columns) c
                           WHERE (c.facts).name = k.name AND (c.slot).record = 'NEW' AND (c.slot).name = k.name)),
        (SELECT chr(10) || '    PERFORM pg_catalog.set_config(''search_path'', ''pg_catalog, pg_temp'', true);'
         WHERE under_callers_path AND EXISTS (SELECT FROM computed)),
        (SELECT format(
'
    SELECT %s
    INTO %s
    FROM (SELECT NEW.*) AS input;
',          dup_select_private.lines(array_agg(a.expression ORDER BY a.n), ', ', 11),
            dup_select_private.lines(array_agg(a.target ORDER BY a.n), ', ', 9))
         FROM computed a WHERE NOT a.composite HAVING count(*) > 0),
        (SELECT string_agg(format(chr(10) || '    %s := (SELECT %s FROM (SELECT NEW.*) AS input);' || chr(10),
                                  a.target, a.expression), '' ORDER BY a.n)
         FROM computed a WHERE a.composite), -- no part of a list after INTO
        (SELECT format('    PERFORM pg_catalog.set_config(''search_path'', %I, true);' || chr(10), (plan.names).path)
         WHERE under_callers_path AND EXISTS (SELECT FROM computed)),
        (SELECT chr(10) || string_agg(format('    %s := NULL;' || chr(10), dup_select_private.new_column(k.name)),
            '' ORDER BY k.name COLLATE "C")
         FROM unnest(plan.read_keys) k (name)),
        (SELECT chr(10) || string_agg(format('    %s := %s;' || chr(10), r.target, dup_select_private.with_default(
                                                 r.target, (c.facts).expression)), '' ORDER BY (c.facts).number)
         FROM unnest((plan.levels[1]).columns) c CROSS JOIN dup_select_private.reference(c.slot) r (target)
         WHERE c.echo))
$$;
