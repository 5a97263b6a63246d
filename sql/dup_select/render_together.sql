SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- Where a table is at several levels, the first row that brings a key makes it, at whichever of them, as through an inserter
-- view: the levels from the first of such a table to the last are put together, in waves or row by row.

-- The plan with the levels numbered that are put together, in the order in which they are put.
CREATE FUNCTION dup_select_private.mark_together(plan dup_select_private.plan) RETURNS dup_select_private.plan
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_plan  dup_select_private.plan := plan;
    v_first integer;
    v_last  integer;
BEGIN
    SELECT max(l.n), min(l.n) INTO v_first, v_last
    FROM (SELECT n, count(*) OVER (PARTITION BY ((plan.levels[n]).facts).id) AS times
          FROM generate_subscripts(plan.levels, 1) n) l
    WHERE l.times > 1;
    FOR v_n IN coalesce(v_last, 1) .. coalesce(v_first, 0) LOOP
        v_plan.levels[v_n].together := cardinality(plan.levels) - v_n + 1;
    END LOOP;
    RETURN v_plan;
END
$$;

-- Statements that make the work table of these levels, where levels come before them: with the keys of those.
CREATE FUNCTION dup_select_private.together_table(plan dup_select_private.plan) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT unnest(ARRAY[
        dup_select_private.make_table(plan, plan.wide),
        dup_select_private.fill_table(plan, plan.wide, dup_select_private.together_rows(plan)),
        dup_select_private.index_statement(plan), 'ANALYZE pg_temp.' || quote_ident(plan.wide)])
    WHERE plan.wide <> (plan.names).work
$$;

-- FROM item of the input rows with the keys of the levels before those that are put together.
CREATE FUNCTION dup_select_private.together_rows(plan dup_select_private.plan) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.rows_with_keys(plan, t.first, c.names, NULL)
    FROM (SELECT max(l) AS first FROM generate_subscripts(plan.levels, 1) l WHERE (plan.levels[l]).together IS NOT NULL) t
    CROSS JOIN (SELECT array_agg(c.name ORDER BY c.n) AS names FROM dup_select_private.work_columns(plan, plan.wide) c
                WHERE c.name <> (plan.names).row AND c.source = dup_select_private.work_column(plan, c.name)) c
$$;

-- The statements of the levels that are put together.
CREATE FUNCTION dup_select_private.together_statements(plan dup_select_private.plan)
RETURNS TABLE (title text, once text, resolve text, missing text, pending text, in_order text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH titles AS (
        SELECT string_agg(dup_select_private.title(plan.levels[l]), '; ' ORDER BY l DESC) AS title
        FROM generate_subscripts(plan.levels, 1) l WHERE (plan.levels[l]).together IS NOT NULL
    )
    SELECT t.title || ': ids that are given', g.given, NULL, NULL, NULL, NULL
    FROM titles t CROSS JOIN dup_select_private.settle_given(plan) g (given) WHERE g.given IS NOT NULL
    UNION ALL
    SELECT t.title, NULL, w.resolve, w.missing, 'SELECT ' || dup_select_private.left_over(plan), dup_select_private.in_order(plan)
    FROM titles t CROSS JOIN dup_select_private.wave_statements(plan) w WHERE dup_select_private.can_go_in_waves(plan)
    UNION ALL
    SELECT t.title || ': row by row', dup_select_private.in_order(plan), NULL, NULL, NULL, NULL
    FROM titles t WHERE NOT dup_select_private.can_go_in_waves(plan)
$$;

-- Whether the levels that are put together can be put so for all rows at once. Keys are told from each other before all of them
-- are known (insert_first) only where two levels of one table are found by one key, and a key that reads the id of a parent reads
-- all of it, as it is. What a trigger makes of a key is never known.
CREATE FUNCTION dup_select_private.can_go_in_waves(plan dup_select_private.plan) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH levels AS (
        SELECT n, plan.levels[n] AS level, dup_select_private.read_slots(plan.levels[n]) AS read,
               dup_select_private.computed_columns(plan.levels[n]) AS computed
        FROM generate_subscripts(plan.levels, 1) n WHERE (plan.levels[n]).together IS NOT NULL
    )
    SELECT NOT EXISTS (SELECT FROM levels l WHERE dup_select_private.is_by_row(l.level))
       AND NOT EXISTS (SELECT FROM levels l JOIN levels o ON ((o.level).facts).id = ((l.level).facts).id
                       WHERE ((o.level).key).index_name IS DISTINCT FROM ((l.level).key).index_name
                          OR dup_select_private.expressions_of(o.level)
                             IS DISTINCT FROM dup_select_private.expressions_of(l.level))
       AND NOT EXISTS (
            SELECT
            FROM levels l
            JOIN levels p ON (p.level).child = l.n
            JOIN unnest((l.level).columns) c ON c.slot = ANY ((p.level).own)
            WHERE (c.facts).number = ANY (l.computed)
               OR c.slot = ANY (l.read) AND NOT EXISTS (
                    SELECT FROM generate_subscripts(plan.levels, 1) q
                    WHERE (plan.levels[q]).child = l.n AND c.slot = ANY ((plan.levels[q]).own)
                        AND (plan.levels[q]).own <@ l.read))
$$;

-- What a level is found by.
CREATE FUNCTION dup_select_private.expressions_of(level dup_select_private.plan_level) RETURNS text[]
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT array_agg((p.facts).expression ORDER BY p.n)
    FROM unnest((level.key).parts) WITH ORDINALITY AS p (facts, given, absent, value, n)
$$;

-- The places of those parts of a level's key that are values as they are.
CREATE FUNCTION dup_select_private.read_slots(level dup_select_private.plan_level) RETURNS dup_select_private.slot[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT ARRAY(SELECT c.slot FROM unnest(level.columns) c
        JOIN unnest((level.key).parts) p ON (p.facts).number = (c.facts).number
                 WHERE dup_select_private.fallback(c.facts) IS NULL)
$$;

-- Numbers of the columns that a level's key, or whether it has one, is computed from: by expressions, or by a default for NULL.
CREATE FUNCTION dup_select_private.computed_columns(level dup_select_private.plan_level) RETURNS integer[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT ARRAY(
        SELECT unnest(k.sources) FROM unnest((level.facts).keys) k WHERE k.name = (level.key).index_name
        UNION ALL
        SELECT (p.facts).number FROM unnest((level.key).parts) p
        JOIN unnest(level.columns) c ON (c.facts).number = (p.facts).number
        WHERE dup_select_private.fallback(c.facts) IS NOT NULL
        UNION ALL
        SELECT p.number
        FROM unnest((level.key).predicate_columns) n
        JOIN unnest((level.facts).columns) f ON f.number = n
        CROSS JOIN unnest(f.number || f.expression_columns) p (number)
        WHERE (level.key).in_predicate IS NULL)
$$;

-- UPDATE that settles the parents whose ids are given. NULL where no mapping gives any. Once and before any look-up: an id that a
-- look-up finds is none that is given.
CREATE FUNCTION dup_select_private.settle_given(plan dup_select_private.plan) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'UPDATE %s SET
    %s',
        dup_select_private.work_rows(plan),
        string_agg(format('%I = NOT (%s)', (plan.levels[l]).settled,
                          array_to_string(dup_select_private.unresolved(plan.levels[l], true), ' AND ')),
                   ',' || chr(10) || '    ' ORDER BY l DESC))
    FROM generate_series(2, cardinality(plan.levels)) l
    WHERE (plan.levels[l]).together IS NOT NULL
    HAVING EXISTS (SELECT FROM generate_subscripts(plan.levels, 1) l CROSS JOIN unnest((plan.levels[l]).columns) c
                   WHERE c.out_name IS NOT NULL AND c.expression IS NOT NULL)
$$;

-- The statements of all rows at once: those that look up, and those that insert what has all its parents.
CREATE FUNCTION dup_select_private.wave_statements(plan dup_select_private.plan) RETURNS TABLE (resolve text, missing text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT string_agg(s.resolve, ';' || chr(10) ORDER BY l DESC), string_agg(s.missing, ';' || chr(10) ORDER BY l DESC)
    FROM generate_subscripts(plan.levels, 1) l
    CROSS JOIN LATERAL (
        SELECT concat_ws(';' || chr(10), dup_select_private.settle_unwanted(plan, plan.levels[l]),
                   dup_select_private.resolve(
                       plan, plan.levels[l], dup_select_private.key_is_known(plan, plan.levels[l]))) AS resolve,
               concat_ws(';' || chr(10), dup_select_private.insert_first(plan, l), dup_select_private.insert_keyless(
                   plan, plan.levels[l], dup_select_private.parents_are_settled(plan, plan.levels[l], NULL))) AS missing
    ) s
    WHERE (plan.levels[l]).together IS NOT NULL
$$;

-- UPDATE that settles an optional parent where it is not wanted. NULL where it always is.
CREATE FUNCTION dup_select_private.settle_unwanted(plan dup_select_private.plan, level dup_select_private.plan_level) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'UPDATE %1$s SET %2$I = true
WHERE NOT %3$s AND NOT (%4$s)%5$s',
        dup_select_private.work_rows(plan), level.settled, dup_select_private.work_column(plan, level.settled), w.condition,
        ' AND ' || nullif(array_to_string(dup_select_private.key_is_known(plan, level), ' AND '), ''))
    FROM dup_select_private.wanted(level) w (condition)
    WHERE w.condition IS NOT NULL AND level.path <> '{}'
$$;

-- INSERT of the keys that do not exist: of those who bring a key, at any level of the table, the first row, and its first level,
-- if its parents are there. NULL where there is no natural key. A contender whose key is not known yet has another one: a parent
-- that it waits for does not exist, and what has a key that is known refers to rows that do. Of the contenders that are left the
-- first has all its parents, so each round inserts something.
CREATE FUNCTION dup_select_private.insert_first(plan dup_select_private.plan, number integer) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level dup_select_private.plan_level := plan.levels[number];
    v_names text := (SELECT string_agg(format('k%s', n), ', ' ORDER BY n) FROM generate_subscripts((v_level.key).parts, 1) n);
BEGIN
    RETURN format(
'%1$s
SELECT
    %2$s
FROM (
    SELECT DISTINCT ON (%3$s) *
    FROM (
%4$s
    ) AS contenders
    ORDER BY %3$s, %6$I, %7$I
) AS contender
JOIN pg_temp.%8$I AS %5$I ON %5$I.%6$I OPERATOR(pg_catalog.=) contender.%6$I
WHERE %9$s
ORDER BY %3$s%10$s',
        dup_select_private.insert_head(v_level, 0), dup_select_private.inserted_values(v_level, 4), v_names,
        (SELECT string_agg(dup_select_private.contenders(plan, plan.levels[c], c = number),
                           chr(10) || '        UNION ALL' || chr(10) ORDER BY c DESC)
         FROM generate_subscripts(plan.levels, 1) c WHERE ((plan.levels[c]).facts).id = (v_level.facts).id),
        (plan.names).rows, (plan.names).row, (plan.names).number, plan.wide,
        array_to_string('contender.here'::text || dup_select_private.parents_are_settled(plan, v_level, NULL), ' AND '),
        coalesce(chr(10) || dup_select_private.conflict_target(v_level) || ' DO NOTHING', ''))
    WHERE v_names IS NOT NULL;
END
$$;

-- Query of the keys that a level lacks, as far as they are known, and the first row that brings each of them. here: it is the
-- level that is inserted into; of a boolean, the server takes every second one to be true, of a number that is compared, hardly
-- any.
CREATE FUNCTION dup_select_private.contenders(
    plan dup_select_private.plan, level dup_select_private.plan_level, here boolean
) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'        SELECT pg_catalog.min(%1$s) AS %2$I, %3$s AS %4$I, %9$s AS here, %5$s
        FROM %6$s
        WHERE %7$s
        GROUP BY %8$s',
        dup_select_private.work_column(plan, (plan.names).row), (plan.names).row, level.together, (plan.names).number,
        (SELECT string_agg(format('%s%s AS k%s', v.value, v.collation_clause, v.n), ', ' ORDER BY v.n)
         FROM dup_select_private.key_values(level) v),
        dup_select_private.work_rows(plan),
        array_to_string(dup_select_private.pending(plan, level, dup_select_private.key_is_known(plan, level))
                        || dup_select_private.has_key(level), ' AND '),
        (SELECT string_agg((v.n + 3)::text, ', ' ORDER BY v.n) FROM dup_select_private.key_values(level) v), here::text)
$$;

-- Conditions under which the natural key of a level is known.
CREATE FUNCTION dup_select_private.key_is_known(plan dup_select_private.plan, level dup_select_private.plan_level) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.parents_are_settled(plan, level, dup_select_private.read_slots(level))
$$;

-- Conditions under which those parents of a level are done with whose whole keys are among these places (NULL: all parents).
CREATE FUNCTION dup_select_private.parents_are_settled(
    plan dup_select_private.plan, level dup_select_private.plan_level, read dup_select_private.slot[]
) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT ARRAY(SELECT dup_select_private.is_settled(plan, plan.levels[p])
                 FROM generate_series(2, cardinality(plan.levels)) p
                 WHERE (plan.levels[(plan.levels[p]).child]).path = level.path AND (plan.levels[p]).together IS NOT NULL
                     AND (read IS NULL OR (plan.levels[p]).own <@ read)
                 ORDER BY p DESC)
$$;

-- Condition on rows for which a level is done with.
CREATE FUNCTION dup_select_private.is_settled(plan dup_select_private.plan, level dup_select_private.plan_level) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN level.path = '{}' THEN dup_select_private.work_column(plan, (plan.names).done)
        ELSE format('(%s OR pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.=) 0)',
                    dup_select_private.work_column(plan, level.settled), dup_select_private.reference_list(level.own))
    END
$$;

-- FROM and WHERE of the rows of which a level is not done with.
CREATE FUNCTION dup_select_private.left_over(plan dup_select_private.plan) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('FROM %s WHERE NOT (%s)', dup_select_private.work_rows(plan),
                  string_agg(dup_select_private.is_settled(plan, plan.levels[l]), ' AND ' ORDER BY l DESC))
    FROM generate_subscripts(plan.levels, 1) l WHERE (plan.levels[l]).together IS NOT NULL
$$;

-- Statements that put the levels row by row, each row as an inserter view does. Static statements, whose plans are kept.
-- enable_seqscan: as in an inserter view. Where rows have been updated, the table is written anew first: an index that is made
-- after updates is not used.
CREATE FUNCTION dup_select_private.in_order(plan dup_select_private.plan) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_row text := dup_select_private.work_column(plan, (plan.names).row);
    v_at  text := quote_ident((plan.names).at);
BEGIN
    RETURN CASE WHEN dup_select_private.can_go_in_waves(plan) THEN format(
'CREATE TEMPORARY TABLE %2$I ON COMMIT DROP AS TABLE pg_temp.%1$I;
TRUNCATE pg_temp.%1$I;
INSERT INTO pg_temp.%1$I TABLE pg_temp.%2$I;
DROP TABLE IF EXISTS pg_temp.%2$I;
' || 'CREATE INDEX ON pg_temp.%1$I (%3$I);
', plan.wide, dup_select_private.identifier(plan.wide || '_copy'), (plan.names).row) ELSE '' END || format(
'SELECT pg_catalog.set_config(''dup_select.enable_seqscan'', pg_catalog.current_setting(''enable_seqscan''), true),
    pg_catalog.set_config(''enable_seqscan'', ''off'', true);
%s;
SELECT pg_catalog.set_config(''enable_seqscan'', pg_catalog.current_setting(''dup_select.enable_seqscan''), true)',
        dup_select_private.block(plan, format(
'    FOR %s IN SELECT %s %s ORDER BY %2$s LOOP
%4$s
    END LOOP;',
            v_at, v_row, dup_select_private.left_over(plan), (
                SELECT string_agg(dup_select_private.loop_of(plan, s.title, s.once, s.resolve, s.missing, s.pending), chr(10)
                                  ORDER BY l DESC, s.n)
                FROM generate_subscripts(plan.levels, 1) l
                CROSS JOIN LATERAL dup_select_private.level_statements(
                    plan, plan.levels[l], ARRAY[format('%s OPERATOR(pg_catalog.=) %s', v_row, v_at)], true) WITH ORDINALITY
                    AS s (title, once, resolve, missing, pending, n)
                WHERE (plan.levels[l]).together IS NOT NULL)),
            EXISTS (SELECT FROM generate_subscripts(plan.levels, 1) l
                    WHERE (plan.levels[l]).together IS NOT NULL AND dup_select_private.is_by_row(plan.levels[l]))));
END
$$;

-- What put_level does, as a part of a PL/pgSQL block: the statements of a level, once, or until nothing is pending.
CREATE FUNCTION dup_select_private.loop_of(
    plan dup_select_private.plan, title text, once text, resolve text, missing text, pending text
) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN once IS NOT NULL THEN format('-- %s%s%s;', title, chr(10), once)
        ELSE format(
'-- %1$s
FOR %2$I IN 1 .. 100 LOOP
%3$s
EXIT WHEN NOT EXISTS (%4$s);
IF %2$I OPERATOR(pg_catalog.=) 100 THEN
    RAISE EXCEPTION ''%% neither takes a row nor shows the one with its key'', %5$L USING ERRCODE = ''no_data_found'',
        HINT = ''A trigger that leaves rows out, or a row security policy, may be the reason.'';
END IF;
%6$s;
END LOOP;',
            title, (plan.names).attempts, resolve || ';', pending, title, missing)
    END
$$;
