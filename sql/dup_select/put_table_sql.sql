SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- A mapping is evaluated under the search_path under which it was checked, the rest under the caller's, as put_table does.
CREATE OR REPLACE FUNCTION dup_select.put_table_sql(
    source regclass, target regclass, mapping jsonb DEFAULT NULL, natural_keys jsonb DEFAULT NULL,
    superclass regclass DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_plan jsonb := dup_select_private.put_plan(source, target, mapping, natural_keys, superclass);
BEGIN
    RETURN (
        SELECT string_agg(s.text, chr(10) ORDER BY s.part, s.n)
        FROM (
            SELECT 1 AS part, f.n, f.statement || ';' || chr(10) AS text
            FROM dup_select_private.put_fill(v_plan, dup_select_private.table_name(source))
                WITH ORDINALITY AS f (statement, n)
            UNION ALL
            SELECT CASE WHEN p.n > 2 AND (v_plan ->> 'pinned')::boolean THEN 4 ELSE 1 END, p.n,
                format('SELECT pg_catalog.set_config(%L, pg_catalog.current_setting(%L), true)%s;' || chr(10),
                       p.setting, p.source, p.more)
            FROM (VALUES
                (1.5, 'dup_select.search_path', 'search_path',
                    ', pg_catalog.set_config(''search_path'', ''pg_catalog, pg_temp'', true)'),
                (2.5, 'search_path', 'dup_select.search_path', '')) AS p (n, setting, source, more)
            WHERE dup_select_private.plan_has_expressions(v_plan) OR (v_plan ->> 'pinned')::boolean
            UNION ALL
            SELECT 2, s.n, concat(
                '-- ' || s.title || chr(10),
                CASE WHEN s.resolve IS NOT NULL THEN '-- Repeat these until there is nothing to insert.' || chr(10) END,
                s.once || ';' || chr(10), s.resolve || ';' || chr(10), s.missing || ';' || chr(10))
            FROM dup_select_private.put_statements(v_plan) WITH ORDINALITY AS s (title, once, resolve, missing, pending, n)
            UNION ALL
            SELECT 3, 1, dup_select_private.put_answer(v_plan) || ';' || chr(10)
        ) AS s);
END
$$;

COMMENT ON FUNCTION dup_select.put_table_sql(regclass, regclass, jsonb, jsonb, regclass) IS
    'The statements that put_table runs. Looking runs nothing of the table''s owner''s. Errors: 22004, 22023, 42701, 42702, '
    '42703, 42804, 42809, 428C9, 0A000, those of an expression.';

-- The plan of put_table, with the superclass in which it looks for rows of the target (NULL: in the target alone). Errors: those
-- of plan; 22023 where superclass cannot be one.
CREATE OR REPLACE FUNCTION dup_select_private.put_plan(
    source regclass, target regclass, mapping jsonb, natural_keys jsonb, superclass regclass
) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_plan jsonb := dup_select_private.plan(target, mapping, source, natural_keys, false);
BEGIN
    PERFORM dup_select_private.plan_check_superclass(v_plan, superclass);
    IF superclass IS NOT NULL THEN
        v_plan := jsonb_set(v_plan, '{target,searched}', to_jsonb(dup_select_private.table_name(superclass)));
    END IF;
    RETURN v_plan;
END
$$;

-- Statements that make and fill the work table.
CREATE OR REPLACE FUNCTION dup_select_private.put_fill(plan jsonb, source_name text) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'CREATE TEMPORARY TABLE %I (
    %s
) ON COMMIT DROP',
        plan #>> '{made,work}', string_agg(c.declared, ',' || chr(10) || '    ' ORDER BY c.n))
    FROM dup_select_private.put_columns(plan) AS c
    UNION ALL
    SELECT format(
'INSERT INTO pg_temp.%I (
    %s)
SELECT %s
FROM ONLY %s AS input',
        plan #>> '{made,work}',
        dup_select_private.level_list(array_agg(quote_ident(c.name) ORDER BY c.n), ', ', 4),
        dup_select_private.level_list(array_agg(c.source ORDER BY c.n), ', ', 4),
        source_name)
    FROM dup_select_private.put_columns(plan) AS c WHERE c.source IS NOT NULL
    UNION ALL
    SELECT format('ANALYZE pg_temp.%I', plan #>> '{made,work}')
$$;

-- The statements of put_table by level: each once, or resolve (where it is not NULL) and missing until nothing is pending.
CREATE OR REPLACE FUNCTION dup_select_private.put_statements(plan jsonb) RETURNS TABLE (
    title text, once text, resolve text, missing text, pending text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_level jsonb;
    v_title text;
BEGIN
    FOR v_level IN SELECT jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) LOOP
        v_title := dup_select_private.level_title(v_level);
        IF (v_level ->> 'triggered')::boolean AND (v_level ? 'index' OR NOT v_level ? 'elements') THEN
            RETURN QUERY SELECT v_title, NULL, dup_select_private.put_resolve(plan, v_level),
                dup_select_private.put_by_row(plan, v_level),
                format('SELECT FROM %s WHERE %s', dup_select_private.put_rows(v_level),
                    array_to_string(dup_select_private.put_pending(v_level), ' AND '));
            CONTINUE;
        END IF;
        IF v_level ? 'elements' THEN
            RETURN QUERY SELECT v_title, NULL, dup_select_private.put_resolve(plan, v_level),
                dup_select_private.put_missing(v_level),
                format('SELECT FROM %s WHERE %s', dup_select_private.put_rows(v_level), array_to_string(
                    dup_select_private.put_pending(v_level) || dup_select_private.put_has_key(v_level), ' AND '));
        END IF;
        IF dup_select_private.put_has_key(v_level) IS NOT NULL THEN
            RETURN QUERY SELECT v_title || ': rows without a key', dup_select_private.put_keyless(plan, v_level), NULL, NULL,
                NULL;
        END IF;
    END LOOP;
END
$$;

-- The query that gives the result of put_table.
CREATE OR REPLACE FUNCTION dup_select_private.put_answer(plan jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('SELECT %1$s, pg_catalog.jsonb_build_object(%2$s) FROM %3$s ORDER BY %1$s',
        dup_select_private.put_row(plan -> 'target'),
        (SELECT string_agg(format('%L, %I.%I', r.name, plan #>> '{made,rows}', r.slot), ', ' ORDER BY r.n)
         FROM dup_select_private.put_results(plan, plan -> 'target') AS r),
        dup_select_private.put_rows(plan -> 'target'))
$$;
