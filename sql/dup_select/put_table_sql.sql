SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- A mapping is evaluated under the search_path under which it was checked, the rest under the caller's, as put_table does.
CREATE OR REPLACE FUNCTION dup_select.put_table_sql(
    source regclass, target regclass, mapping jsonb DEFAULT NULL, natural_keys jsonb DEFAULT NULL,
    superclass regclass DEFAULT NULL, on_existing text DEFAULT 'keep', on_reject text DEFAULT 'fail',
    reject_limit bigint DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_plan dup_select_private.plan := dup_select_private.plan(target, mapping, source, natural_keys, superclass, false);
BEGIN
    PERFORM dup_select_private.check_put(v_plan, on_existing, on_reject);
    RETURN (
        SELECT string_agg(s.text, chr(10) ORDER BY s.part, s.n)
        FROM (
            SELECT 0 AS part, r.n, r.statement || ';' || chr(10) AS text
            FROM dup_select_private.report_statements('{}') WITH ORDINALITY AS r (statement, n)
            WHERE on_reject = 'skip' OR on_existing = 'fail'
            UNION ALL
            SELECT 1, f.n, f.statement || ';' || chr(10)
            FROM unnest(dup_select_private.fill_statements(v_plan, source, on_existing, on_reject = 'skip'))
                WITH ORDINALITY AS f (statement, n)
            UNION ALL
            SELECT CASE WHEN p.n > 2 AND v_plan.pinned THEN 5 ELSE 1 END, p.n, p.statement || ';' || chr(10)
            FROM (VALUES (0.5, dup_select_private.pin_statement()), (99.5, dup_select_private.unpin_statement()))
                AS p (n, statement)
            WHERE v_plan.pinned OR dup_select_private.has_expressions(v_plan)
            UNION ALL
            SELECT 2, s.n, concat(
                CASE WHEN s.title IS DISTINCT FROM lag(s.title) OVER (ORDER BY s.n) THEN '-- ' || s.title || chr(10) END,
                CASE WHEN s.in_order IS NOT NULL THEN '-- Repeat these until there is nothing to insert.' || chr(10) END,
                s.once || ';' || chr(10),
                CASE WHEN NOT dup_select_private.is_found_at_once(v_plan.levels[s.level]) THEN s.resolve || ';' || chr(10) END,
                '-- Those that exist, once.' || chr(10) || s.about || ';' || chr(10), s.missing || ';' || chr(10),
                '-- Where 100 times do not do, the rest row by row.' || chr(10) || s.in_order || ';' || chr(10),
                CASE WHEN s.in_order IS NULL THEN
                    '-- Their keys. Beside other sessions, repeat these two until there is nothing to insert.' || chr(10)
                    || s.resolve || ';' || chr(10) END)
            FROM dup_select_private.put_statements(v_plan, on_existing)
                WITH ORDINALITY AS s (level, title, once, resolve, missing, pending, in_order, about, n)
            UNION ALL
            SELECT 3, 1, dup_select_private.list_rejected(v_plan, source, false) || ';' || chr(10)
            WHERE on_reject = 'skip' OR on_existing = 'fail'
            UNION ALL
            SELECT 3, 2, dup_select_private.refuse_rejects(on_reject, reject_limit) || ';' || chr(10)
            WHERE on_reject = 'skip' OR on_existing = 'fail'
            UNION ALL
            SELECT 4, 1, dup_select_private.answer(v_plan, on_existing = 'fail') || ';' || chr(10)
        ) AS s);
END
$$;

COMMENT ON FUNCTION dup_select.put_table_sql(regclass, regclass, jsonb, jsonb, regclass, text, text, bigint) IS
    'The statements that put_table runs. With on_reject => ''skip'' they look for rows that break a rule first, which '
    'put_table does when one fails. Looking runs nothing of the table''s owner''s. Errors: 22004, 22023, 42701, 42702, 42703, '
    '42804, 42809, 428C9, 0A000, those of an expression.';

-- Raises where a choice is none (22023), or where rows that exist are told only by inserting (0A000).
CREATE FUNCTION dup_select_private.check_put(plan dup_select_private.plan, on_existing text, on_reject text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_target dup_select_private.plan_level := plan.levels[1];
BEGIN
    PERFORM dup_select_private.check_choice('on_existing', on_existing, '{keep,update,fail}');
    PERFORM dup_select_private.check_choice('on_reject', on_reject, '{fail,skip}');
    IF on_existing <> 'keep' AND (v_target.key).parts IS NOT NULL
        AND ((v_target.key).shown IS NOT TRUE OR v_target.together IS NOT NULL AND NOT dup_select_private.can_go_in_waves(plan))
    THEN
        RAISE EXCEPTION 'which rows of % exist is not known before they are inserted: on_existing cannot be %',
            (v_target.facts).qualified_name, quote_literal(on_existing)
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'A BEFORE trigger makes its key, or its rows go in one by one. Keep them, and change them afterwards.';
    END IF;
END
$$;

-- Whether the mapping has an expression that is more than the name of an input column.
CREATE FUNCTION dup_select_private.has_expressions(plan dup_select_private.plan) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT EXISTS (SELECT FROM generate_subscripts(plan.levels, 1) l CROSS JOIN unnest((plan.levels[l]).columns) c
                   WHERE c.expression IS NOT NULL AND NOT c.direct)
$$;

-- Statements that make and fill the work table, and, with_rejects, leave out of it what cannot be put in.
CREATE FUNCTION dup_select_private.fill_statements(
    plan dup_select_private.plan, source regclass, on_existing text, with_rejects boolean
) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET jit = off -- that takes longer than running
AS $$
BEGIN
    RETURN array_remove(
        CASE WHEN with_rejects OR on_existing = 'fail' THEN ARRAY[dup_select_private.make_rejected(plan)] ELSE '{}' END
        || dup_select_private.make_table(plan, (plan.names).work)
        || CASE WHEN with_rejects THEN dup_select_private.try_casts(plan, source) END
        || dup_select_private.fill_table(plan, (plan.names).work, concat(
            'ONLY ', dup_select_private.qualified_name(source), ' AS input', CASE WHEN with_rejects THEN format(
'
WHERE NOT EXISTS (SELECT FROM pg_temp.%I AS r WHERE r.%I OPERATOR(pg_catalog.=) input.ctid)',
                dup_select_private.rejected_table(plan), (plan.names).row) END))
        || CASE WHEN with_rejects THEN dup_select_private.try_rules(plan) ELSE '{}' END
        || CASE WHEN plan.wide = (plan.names).work THEN dup_select_private.index_statement(plan) END
        || dup_select_private.analyze_statement(plan), NULL);
END
$$;

-- Statement that makes one of the tables with a row for each input row.
CREATE FUNCTION dup_select_private.make_table(plan dup_select_private.plan, name text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format(
'CREATE TEMPORARY TABLE %I (
    %s
)%s',
            make_table.name, string_agg(c.declared, ',' || chr(10) || '    ' ORDER BY c.n), dup_select_private.on_commit(plan))
        FROM dup_select_private.work_columns(plan, make_table.name) c);
END
$$;

-- How long the temporary tables of a plan last.
CREATE FUNCTION dup_select_private.on_commit(plan dup_select_private.plan) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT CASE WHEN plan.lasting THEN '' ELSE ' ON COMMIT DROP' END
$$;

-- Statement that fills it.
CREATE FUNCTION dup_select_private.fill_table(plan dup_select_private.plan, name text, source text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format(
'INSERT INTO pg_temp.%I (
    %s)
SELECT %s
FROM %s',
            fill_table.name, dup_select_private.lines(array_agg(quote_ident(c.name) ORDER BY c.n), ', ', 4),
            dup_select_private.lines(array_agg(c.source ORDER BY c.n), ', ', 4), fill_table.source)
        FROM dup_select_private.work_columns(plan, fill_table.name) c
        WHERE c.source IS NOT NULL);
END
$$;

-- Statement that lets rows be put one by one. NULL where they are not to be, before anything else has been tried: an index makes
-- UPDATEs of all rows two times as slow.
CREATE FUNCTION dup_select_private.index_statement(plan dup_select_private.plan) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format('CREATE INDEX ON pg_temp.%I (%I)', plan.wide, (plan.names).row)
        WHERE EXISTS (SELECT FROM generate_subscripts(plan.levels, 1) l WHERE (plan.levels[l]).together IS NOT NULL)
            AND NOT dup_select_private.can_go_in_waves(plan));
END
$$;

-- ANALYZE of what is grouped and joined by; of all where levels are put together, for whose keys NULL is no rare value.
CREATE FUNCTION dup_select_private.analyze_statement(plan dup_select_private.plan) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format('ANALYZE pg_temp.%I', (plan.names).work) || CASE WHEN NOT bool_or((plan.levels[c.l]).together IS NOT NULL)
                   THEN format(' (%s)', string_agg(quote_ident(c.name), ', ' ORDER BY c.l DESC, c.n)) ELSE '' END
        FROM (SELECT 1000 AS l, 0 AS n, (plan.names).row AS name
              UNION ALL
              SELECT l, (c.facts).number, c.held
              FROM generate_subscripts(plan.levels, 1) l CROSS JOIN unnest((plan.levels[l]).columns) c
              WHERE c.expression IS NOT NULL AND dup_select_private.is_of_key(plan.levels[l], (c.facts).number)) c);
END
$$;

-- Columns of the work table, or of the one for levels that are put together, and what fills them from the source, or from the
-- work table, NULL where nothing does. No column of a table is named like one of them (name_the_rest), which lets conditions of a
-- trigger and of put_table be the same text.
CREATE FUNCTION dup_select_private.work_columns(plan dup_select_private.plan, "table" text)
RETURNS TABLE (n bigint, name text, declared text, source text)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT row_number() OVER (ORDER BY c.part, c.l, c.n), c.name, c.declared, c.source
    FROM (SELECT coalesce(max(l), 0) AS first, coalesce(min(l), 0) AS last
          FROM generate_subscripts(plan.levels, 1) l WHERE (plan.levels[l]).together IS NOT NULL) t
    CROSS JOIN LATERAL (
        SELECT 1 AS part, 0 AS l, 0 AS n, (plan.names).row AS name, format('%I tid', (plan.names).row) AS declared,
               CASE WHEN "table" = (plan.names).work THEN 'input.ctid'
                    ELSE dup_select_private.work_column(plan, (plan.names).row) END AS source
        UNION ALL
        SELECT 2, l, (c.facts).number, c.held, dup_select_private.declared(quote_ident(c.held), c.facts),
               CASE WHEN "table" = (plan.names).work THEN dup_select_private.source_of(c)
                    WHEN c.expression IS NOT NULL OR f.by > t.first THEN dup_select_private.work_column(plan, c.held) END
        FROM generate_subscripts(plan.levels, 1) l
        CROSS JOIN unnest((plan.levels[l]).columns) c
        LEFT JOIN LATERAL (SELECT max(p) AS by, bool_or((plan.levels[p]).together IS NOT NULL) AS together
                           FROM generate_subscripts(plan.levels, 1) p
                           WHERE c.slot = ANY ((plan.levels[p]).own)) f ON true
        WHERE c.expression IS NOT NULL OR "table" = plan.wide AND (f.by > t.first AND l <= t.first OR f.together)
        UNION ALL
        SELECT 3, 0, r.n, r.slot_name, format('%I %s', r.slot_name, r.type), NULL
        FROM dup_select_private.results(plan, plan.levels[1]) r
        WHERE "table" = plan.wide AND (plan.levels[1]).together IS NOT NULL
        UNION ALL
        SELECT 4, -l, 0, (plan.levels[l]).settled, format('%I boolean', (plan.levels[l]).settled), 'false'
        FROM generate_series(2, cardinality(plan.levels)) l WHERE "table" = plan.wide AND (plan.levels[l]).together IS NOT NULL
        UNION ALL
        SELECT 5, 0, 0, (plan.names).done, format('%I boolean', (plan.names).done), 'false'
        WHERE "table" = plan.wide AND (plan.levels[1]).together IS NOT NULL
    ) c;
END
$$;

-- The statements of put_table, parents first: each once, or resolve (where it is not NULL) and missing until nothing is pending,
-- or, where 100 times do not do, in_order. about: what is done, once, with those that the first resolve has found.
CREATE FUNCTION dup_select_private.put_statements(plan dup_select_private.plan, on_existing text)
RETURNS TABLE (
    level integer, title text, once text, resolve text, missing text, pending text, in_order text, about text)
LANGUAGE plpgsql STABLE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    v_first boolean := true;
    v_level dup_select_private.plan_level;
    v_about text := dup_select_private.about_existing(plan, on_existing);
BEGIN
    FOR v_n IN REVERSE cardinality(plan.levels) .. 1 LOOP
        v_level := plan.levels[v_n];
        IF v_level.together IS NULL THEN
            RETURN QUERY SELECT v_n, dup_select_private.title(v_level), dup_select_private.make_map(plan, v_level),
                                NULL::text, NULL::text, NULL::text, NULL::text, NULL::text;
            RETURN QUERY SELECT v_n, s.title, NULL::text, s.resolve, coalesce(s.missing, s.once), s.pending, NULL::text,
                                CASE WHEN v_n = 1 AND s.resolve IS NOT NULL THEN v_about END
                         FROM dup_select_private.level_statements(plan, v_level, '{}', false) s;
            RETURN QUERY SELECT v_n, dup_select_private.title(v_level), dup_select_private.analyze_map(v_level), NULL::text,
                                NULL::text, NULL::text, NULL::text, NULL::text
                         WHERE v_level.classes IS NOT NULL;
        ELSIF v_first THEN
            RETURN QUERY SELECT v_n, 'With the keys of parents', s.statement, NULL::text, NULL::text, NULL::text, NULL::text,
                                NULL::text
                         FROM dup_select_private.together_table(plan) s (statement);
            RETURN QUERY SELECT v_n, s.title, s.once, s.resolve, s.missing, s.pending, s.in_order,
                                CASE WHEN (plan.levels[1]).together IS NOT NULL AND s.resolve IS NOT NULL THEN v_about END
                         FROM dup_select_private.together_statements(plan) s;
            v_first := false;
        END IF;
    END LOOP;
END
$$;

-- The query that gives the result of put_table. without_rejected: but for rows that exist where that is against the rules. Keys
-- are made jsonb behind the sort, which need not take that along (200,000 rows: 0.2 s instead of 0.28).
CREATE FUNCTION dup_select_private.answer(plan dup_select_private.plan, without_rejected boolean) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    SELECT format(
'SELECT %1$s, pg_catalog.jsonb_build_object(%2$s)
FROM (SELECT %3$s FROM pg_temp.%4$I AS %5$I%6$s ORDER BY %1$s OFFSET 0) AS %5$I',
        dup_select_private.work_column(plan, (plan.names).row),
        string_agg(format('%L, %s', r.name, dup_select_private.work_column(plan, r.slot_name)), ', ' ORDER BY r.n),
        concat_ws(', ', dup_select_private.work_column(plan, (plan.names).row),
                  string_agg(dup_select_private.work_column(plan, r.slot_name), ', ' ORDER BY r.n)),
        coalesce((plan.levels[1]).map, plan.wide), (plan.names).rows,
        CASE WHEN without_rejected THEN format(
            ' WHERE NOT EXISTS (SELECT FROM pg_temp.%I AS r WHERE r.%I OPERATOR(pg_catalog.=) %I.%2$I)',
            dup_select_private.rejected_table(plan), (plan.names).row, (plan.names).rows) END)
    FROM dup_select_private.results(plan, plan.levels[1]) r
$$;

-- The temporary tables of put_table.
CREATE FUNCTION dup_select_private.temporary_tables(plan dup_select_private.plan) RETURNS text[]
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT ARRAY[(plan.names).work, dup_select_private.rejected_table(plan)]
        || array_remove(ARRAY[nullif(plan.wide, (plan.names).work)], NULL)
        || ARRAY(SELECT (plan.levels[l]).map FROM generate_subscripts(plan.levels, 1) l WHERE (plan.levels[l]).map IS NOT NULL)
$$;
