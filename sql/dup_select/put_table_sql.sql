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
                s.once || ';' || chr(10), s.resolve || ';' || chr(10), s.missing || ';' || chr(10),
                '-- Where 100 times do not do, the rest row by row.' || chr(10) || s.in_order || ';' || chr(10))
            FROM dup_select_private.put_statements(v_plan) WITH ORDINALITY
                AS s (title, once, resolve, missing, pending, in_order, n)
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
    RETURN dup_select_private.put_together(v_plan);
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
    SELECT format('CREATE INDEX ON pg_temp.%I (%I)', plan #>> '{made,work}', plan #>> '{made,row}')
    WHERE jsonb_path_exists(plan, '$.parents[*].n') -- for put_in_order; an index that is made after updates is not used
    UNION ALL
    SELECT format('ANALYZE pg_temp.%I', plan #>> '{made,work}')
$$;

-- The statements of put_table: each once, or resolve (where it is not NULL) and missing until nothing is pending, or, where
-- 100 times do not do, in_order.
CREATE OR REPLACE FUNCTION dup_select_private.put_statements(plan jsonb) RETURNS TABLE (
    title text, once text, resolve text, missing text, pending text, in_order text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_level jsonb;
    v_first boolean := true;
BEGIN
    FOR v_level IN SELECT jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) LOOP
        IF NOT v_level ? 'n' THEN
            RETURN QUERY SELECT s.*, NULL::text FROM dup_select_private.put_level_statements(plan, v_level) AS s;
        ELSIF v_first THEN
            RETURN QUERY SELECT * FROM dup_select_private.put_together_statements(plan);
            v_first := false;
        END IF;
    END LOOP;
END
$$;

-- The statements of one level: once, or resolve (where it is not NULL) and missing until nothing is pending.
CREATE OR REPLACE FUNCTION dup_select_private.put_level_statements(plan jsonb, level jsonb) RETURNS TABLE (
    title text, once text, resolve text, missing text, pending text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT t.title, NULL, dup_select_private.put_resolve(plan, level),
        CASE WHEN b.by_row THEN dup_select_private.put_by_row(plan, level) ELSE dup_select_private.put_missing(level) END,
        format('SELECT FROM %s WHERE %s', dup_select_private.put_rows(level), array_to_string(
            dup_select_private.put_pending(level) || CASE WHEN NOT b.by_row THEN dup_select_private.put_has_key(level) END,
            ' AND '))
    FROM dup_select_private.level_title(level) AS t (title), dup_select_private.put_is_by_row(level) AS b (by_row)
    WHERE b.by_row OR level ? 'elements'
    UNION ALL
    SELECT dup_select_private.level_title(level) || ': rows without a key', dup_select_private.put_keyless(plan, level), NULL,
        NULL, NULL
    WHERE NOT dup_select_private.put_is_by_row(level) AND dup_select_private.put_has_key(level) IS NOT NULL
$$;

-- Whether BEFORE triggers may change keys of a level, whose rows are therefore put in one by one.
CREATE OR REPLACE FUNCTION dup_select_private.put_is_by_row(level jsonb) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT (level ->> 'triggered')::boolean AND (level ? 'index' OR NOT level ? 'elements')
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
