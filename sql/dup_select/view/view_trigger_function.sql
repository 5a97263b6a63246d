-- enable_seqscan: a plan that is cached while a table is small goes on scanning it, 20,000 rows took 18 s instead of 0.4.
CREATE OR REPLACE FUNCTION dup_select.view_trigger_function(
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
        CASE WHEN EXISTS (SELECT FROM dup_select.view_assignments(plan)) OR EXISTS (
            SELECT
            FROM unnest(dup_select.plan_user_names((plan -> 'parents') || (plan -> 'target'), plan -> 'inputs')) AS c (name)
            WHERE c.name ~ '^(new|old|found|tg_.*)$')
        THEN '#variable_conflict use_column' || chr(10) ELSE '' END,
        dup_select.view_declarations(plan, v_under_callers_path), view_name,
        format('Change the rows of %s.', plan #>> '{target,table}'),
        dup_select.view_preparation(plan, view_name, v_under_callers_path),
        (SELECT string_agg(dup_select.level_find_parent(l.value, select_first), chr(10) ORDER BY l.n) || chr(10)
         FROM jsonb_array_elements(plan -> 'parents') WITH ORDINALITY AS l (value, n)),
        dup_select.level_put_target(plan, superclass, select_first), plan #>> '{target,table}');
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
        dup_select.view_function_name(view_name),
        concat(CASE WHEN security_definer THEN 'SECURITY DEFINER' ELSE 'SECURITY INVOKER' END,
               CASE WHEN NOT v_under_callers_path THEN ' SET search_path = pg_catalog, pg_temp' END, ' SET enable_seqscan = off'),
        v_quote, v_body,
        CASE WHEN security_definer
            THEN format('REVOKE ALL ON FUNCTION %s() FROM PUBLIC;' || chr(10), dup_select.view_function_name(view_name))
            ELSE ''
        END);
END
$$;

ALTER FUNCTION dup_select.view_trigger_function(jsonb, text, oid, boolean, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_trigger_function(jsonb, text, oid, boolean, boolean) IS
    'CREATE FUNCTION of the trigger function.';
REVOKE ALL ON FUNCTION dup_select.view_trigger_function(jsonb, text, oid, boolean, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_trigger_function(jsonb, text, oid, boolean, boolean) TO PUBLIC;
