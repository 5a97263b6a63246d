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
    v_plan dup_select_private.plan := dup_select_private.plan(target, mapping, source, natural_keys, superclass, false);
BEGIN
    RETURN (
        SELECT string_agg(s.text, chr(10) ORDER BY s.part, s.n)
        FROM (
            SELECT 1 AS part, f.n, f.statement || ';' || chr(10) AS text
            FROM dup_select_private.fill_statements(v_plan, source) WITH ORDINALITY AS f (statement, n)
            UNION ALL
            SELECT CASE WHEN p.n > 2 AND v_plan.pinned THEN 4 ELSE 1 END, p.n,
                format('SELECT pg_catalog.set_config(%L, pg_catalog.current_setting(%L), true)%s;' || chr(10),
                       p.setting, p.source, p.more)
            FROM (VALUES
                (1.5, 'dup_select.search_path', 'search_path',
                    ', pg_catalog.set_config(''search_path'', ''pg_catalog, pg_temp'', true)'),
                (2.5, 'search_path', 'dup_select.search_path', '')) AS p (n, setting, source, more)
            WHERE v_plan.pinned OR dup_select_private.has_expressions(v_plan)
            UNION ALL
            SELECT 2, s.n, concat(
                '-- ' || s.title || chr(10),
                CASE WHEN s.resolve IS NOT NULL THEN '-- Repeat these until there is nothing to insert.' || chr(10) END,
                s.once || ';' || chr(10), s.resolve || ';' || chr(10), s.missing || ';' || chr(10),
                '-- Where 100 times do not do, the rest row by row.' || chr(10) || s.in_order || ';' || chr(10))
            FROM dup_select_private.put_statements(v_plan)
                WITH ORDINALITY AS s (title, once, resolve, missing, pending, in_order, n)
            UNION ALL
            SELECT 3, 1, dup_select_private.answer(v_plan) || ';' || chr(10)
        ) AS s);
END
$$;

COMMENT ON FUNCTION dup_select.put_table_sql(regclass, regclass, jsonb, jsonb, regclass) IS
    'The statements that put_table runs. Looking runs nothing of the table''s owner''s. Errors: 22004, 22023, 42701, 42702, '
    '42703, 42804, 42809, 428C9, 0A000, those of an expression.';

-- Whether the mapping has an expression that is more than the name of an input column.
CREATE FUNCTION dup_select_private.has_expressions(plan dup_select_private.plan) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT EXISTS (SELECT FROM generate_subscripts(plan.levels, 1) l CROSS JOIN unnest((plan.levels[l]).columns) c
                   WHERE c.expression IS NOT NULL AND NOT c.direct)
$$;

-- Statements that make and fill the work table.
CREATE FUNCTION dup_select_private.fill_statements(plan dup_select_private.plan, source regclass) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    SELECT format(
'CREATE TEMPORARY TABLE %I (
    %s
) ON COMMIT DROP',
        (plan.names).work, string_agg(c.declared, ',' || chr(10) || '    ' ORDER BY c.n))
    FROM dup_select_private.work_columns(plan) c
    UNION ALL
    SELECT format(
'INSERT INTO pg_temp.%I (
    %s)
SELECT %s
FROM ONLY %s AS input',
        (plan.names).work,
        dup_select_private.lines(array_agg(quote_ident(c.name) ORDER BY c.n), ', ', 4),
        dup_select_private.lines(array_agg(c.source ORDER BY c.n), ', ', 4),
        dup_select_private.qualified_name(fill_statements.source))
    FROM dup_select_private.work_columns(plan) c WHERE c.source IS NOT NULL
    UNION ALL
    SELECT format('CREATE INDEX ON pg_temp.%I (%I)', (plan.names).work, (plan.names).row)
    WHERE EXISTS (SELECT FROM generate_subscripts(plan.levels, 1) l WHERE (plan.levels[l]).together IS NOT NULL
                      OR dup_select_private.is_by_row(plan.levels[l])) -- an index that is made after updates is not used
    UNION ALL
    SELECT format('ANALYZE pg_temp.%I', (plan.names).work)
$$;

-- Columns of the work table, and what fills them from the source, NULL where nothing does: a column for all that is filled, one
-- for every key that comes back. No column of a table is named like one of them (name_the_rest), which lets conditions of a
-- trigger and of put_table be the same text.
CREATE FUNCTION dup_select_private.work_columns(plan dup_select_private.plan)
RETURNS TABLE (n bigint, name text, declared text, source text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT row_number() OVER (ORDER BY c.part, c.l, c.n), c.name, c.declared, c.source
    FROM (
        SELECT 1 AS part, 0 AS l, 0 AS n, (plan.names).row AS name, format('%I tid', (plan.names).row) AS declared,
               'input.ctid' AS source
        UNION ALL
        SELECT 2, l, (c.facts).number, c.held, dup_select_private.declared(quote_ident(c.held), c.facts),
               dup_select_private.source_of(c)
        FROM generate_subscripts(plan.levels, 1) l CROSS JOIN unnest((plan.levels[l]).columns) c
        UNION ALL
        SELECT 3, 0, r.n, r.slot_name, format('%I %s', r.slot_name, r.type), NULL
        FROM dup_select_private.results(plan, plan.levels[1]) r
        UNION ALL
        SELECT 4, -l, 0, (plan.levels[l]).settled, format('%I boolean', (plan.levels[l]).settled), 'false'
        FROM generate_series(2, cardinality(plan.levels)) l WHERE (plan.levels[l]).together IS NOT NULL
        UNION ALL
        SELECT 5, 0, 0, (plan.names).done, format('%I boolean', (plan.names).done), 'false'
    ) c
$$;

-- The statements of put_table, parents first: each once, or resolve (where it is not NULL) and missing until nothing is pending,
-- or, where 100 times do not do, in_order.
CREATE FUNCTION dup_select_private.put_statements(plan dup_select_private.plan)
RETURNS TABLE (title text, once text, resolve text, missing text, pending text, in_order text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_first boolean := true;
BEGIN
    FOR v_n IN REVERSE cardinality(plan.levels) .. 1 LOOP
        IF (plan.levels[v_n]).together IS NULL THEN
            RETURN QUERY SELECT s.*, NULL::text FROM dup_select_private.level_statements(plan, plan.levels[v_n], '{}', false) s;
        ELSIF v_first THEN
            RETURN QUERY SELECT * FROM dup_select_private.together_statements(plan);
            v_first := false;
        END IF;
    END LOOP;
END
$$;

-- The query that gives the result of put_table.
CREATE FUNCTION dup_select_private.answer(plan dup_select_private.plan) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('SELECT %1$s, pg_catalog.jsonb_build_object(%2$s) FROM %3$s ORDER BY %1$s',
        dup_select_private.work_column(plan, (plan.names).row),
        (SELECT string_agg(format('%L, %s', r.name, dup_select_private.work_column(plan, r.slot_name)), ', ' ORDER BY r.n)
         FROM dup_select_private.results(plan, plan.levels[1]) r),
        dup_select_private.work_rows(plan))
$$;
