SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The plan, whose levels have a number (n) where they are to be put together. Where a table stands at several levels, the
-- first row that brings a key makes it, at whichever of them: the levels from the first of such a table to the last are put
-- together.
CREATE OR REPLACE FUNCTION dup_select_private.put_together(plan jsonb) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH levels AS (
        SELECT l.value, l.n, count(*) OVER (PARTITION BY l.value -> 'relation') > 1 AS several
        FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) WITH ORDINALITY AS l (value, n)
    ), bounds AS (
        SELECT min(l.n) AS first, max(l.n) AS last FROM levels l WHERE l.several
    ), marked AS (
        SELECT jsonb_agg(CASE
            WHEN l.n BETWEEN b.first AND b.last THEN l.value || jsonb_build_object('n', l.n)
            ELSE l.value
        END ORDER BY l.n) AS levels
        FROM levels l CROSS JOIN bounds b
    )
    SELECT plan || jsonb_build_object('parents', m.levels - (-1), 'target', m.levels -> -1) FROM marked m
$$;

-- The statements of the levels that are put together, because a table stands at several of them.
CREATE OR REPLACE FUNCTION dup_select_private.put_together_statements(plan jsonb) RETURNS TABLE (
    title text, once text, resolve text, missing text, pending text, in_order text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH titles AS (
        SELECT string_agg(dup_select_private.level_title(l.value), '; ' ORDER BY l.n) AS title
        FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) WITH ORDINALITY AS l (value, n)
        WHERE l.value ? 'n'
    )
    SELECT t.title || ': ids that are given', g.given, NULL, NULL, NULL, NULL
    FROM titles t, dup_select_private.put_given(plan) AS g (given) WHERE g.given IS NOT NULL
    UNION ALL
    SELECT t.title, NULL, w.resolve, w.missing, 'SELECT ' || dup_select_private.put_left(plan),
        dup_select_private.put_in_order(plan)
    FROM titles t, dup_select_private.put_wave_statements(plan) AS w WHERE dup_select_private.put_in_waves(plan)
    UNION ALL
    SELECT t.title || ': row by row', dup_select_private.put_in_order(plan), NULL, NULL, NULL, NULL
    FROM titles t WHERE NOT dup_select_private.put_in_waves(plan)
$$;

-- Whether the levels that are put together can be put so for all rows at once. Keys are told from each other before all of
-- them are known (put_first) only where two levels of one table are found by one key, and a key that reads the id of a parent
-- reads all of it, as it is. What a trigger makes of a key is never known.
CREATE OR REPLACE FUNCTION dup_select_private.put_in_waves(plan jsonb) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH levels AS (
        SELECT l AS level, jsonb_path_query_array(l, '$.elements[*].value') AS read,
               jsonb_build_array(l -> 'index', jsonb_path_query_array(l, '$.elements[*].element'), l -> 'where') AS key
        FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) AS l WHERE l ? 'n'
    )
    SELECT NOT EXISTS (SELECT FROM levels l WHERE dup_select_private.put_is_by_row(l.level))
       AND NOT EXISTS (SELECT FROM levels l JOIN levels o ON o.level -> 'relation' = l.level -> 'relation' WHERE o.key <> l.key)
       AND NOT EXISTS (
            SELECT
            FROM levels l
            JOIN levels p ON p.level -> 'child' = l.level -> 'path'
            CROSS JOIN LATERAL jsonb_array_elements(p.level -> 'own') AS o
            WHERE strpos(l.level ->> 'satisfies', o #>> '{}') > 0
               OR EXISTS (SELECT FROM jsonb_array_elements(l.read) AS e WHERE e <> o AND strpos(e #>> '{}', o #>> '{}') > 0)
               OR o <@ l.read AND NOT EXISTS (
                    SELECT FROM jsonb_array_elements(plan -> 'parents') AS q
                    WHERE q -> 'child' = l.level -> 'path' AND q -> 'own' @> o AND q -> 'own' <@ l.read))
$$;

-- UPDATE that settles, of the levels that are put together, the parents whose ids are given. NULL where no mapping gives any.
-- Once and before any look-up: an id that a look-up finds is none that is given.
CREATE OR REPLACE FUNCTION dup_select_private.put_given(plan jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'UPDATE %s SET
    %s', dup_select_private.put_rows(plan -> 'target'), string_agg(format('%I = NOT (%s)', l.value ->> 'settled',
            array_to_string(dup_select_private.level_pending(l.value || '{"optional": false}'), ' AND ')),
        ',' || chr(10) || '    ' ORDER BY l.n))
    FROM jsonb_array_elements(plan -> 'parents') WITH ORDINALITY AS l (value, n)
    WHERE l.value ? 'n'
    HAVING EXISTS (SELECT
                   FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) AS l
                   CROSS JOIN LATERAL jsonb_array_elements(l.value -> 'columns') AS c
                   WHERE (c.value ->> 'parent')::boolean AND c.value ->> 'expression' IS NOT NULL)
$$;

-- The statements of levels that are put together: those that look up, and those that insert what has all its parents.
CREATE OR REPLACE FUNCTION dup_select_private.put_wave_statements(plan jsonb) RETURNS TABLE (resolve text, missing text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT string_agg(s.resolve, ';' || chr(10) ORDER BY l.n), string_agg(s.missing, ';' || chr(10) ORDER BY l.n)
    FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) WITH ORDINALITY AS l (value, n)
    CROSS JOIN LATERAL (
        SELECT concat_ws(';' || chr(10), dup_select_private.put_unwanted(plan, l.value), dup_select_private.put_resolve(
                   plan, l.value || jsonb_build_object('when', dup_select_private.put_known(plan, l.value)))) AS resolve,
               concat_ws(';' || chr(10), dup_select_private.put_first(plan, l.value), dup_select_private.put_keyless(
                   plan, l.value || jsonb_build_object('when', dup_select_private.put_waits(plan, l.value, NULL)))) AS missing
    ) AS s
    WHERE l.value ? 'n'
$$;

-- UPDATE that settles an optional parent where it is not wanted. NULL where it always is.
CREATE OR REPLACE FUNCTION dup_select_private.put_unwanted(plan jsonb, level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'UPDATE %1$s SET %2$I = true
WHERE NOT %3$I.%2$I AND NOT (%4$s)%5$s',
        dup_select_private.put_rows(level), level ->> 'settled', level #>> '{made,rows}', dup_select_private.level_wanted(level),
        (SELECT string_agg(' AND ' || c.condition, '' ORDER BY c.n)
         FROM jsonb_array_elements_text(dup_select_private.put_known(plan, level)) WITH ORDINALITY AS c (condition, n)))
    WHERE dup_select_private.level_wanted(level) IS NOT NULL AND level -> 'path' <> '[]'
$$;

-- INSERT of the keys that do not stand, for a level that is put together with others: of those who bring a key, at any level
-- of the table, the first row, and its first level, if its parents are there. NULL where there is no natural key. A contender
-- whose key is not known yet has another one: a parent that it waits for does not stand, and what has a key that is known
-- refers to rows that do. Of the contenders that are left the first has all its parents, so each round inserts something.
CREATE OR REPLACE FUNCTION dup_select_private.put_first(plan jsonb, level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'%1$s
SELECT
    %2$s
FROM (
    SELECT DISTINCT ON (%3$s) *
    FROM (
%4$s
    ) AS %5$I
    ORDER BY %3$s, %6$I, %7$I
) AS %5$I
WHERE %8$s
ORDER BY %3$s%9$s',
        dup_select_private.level_insert_head(level, 0),
        dup_select_private.level_list(dup_select_private.level_values(level, 'stored'), ', ', 4),
        k.names,
        (SELECT string_agg(dup_select_private.put_contenders(plan, l.value), chr(10) || '        UNION ALL' || chr(10)
                           ORDER BY l.n)
         FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) WITH ORDINALITY AS l (value, n)
         WHERE l.value -> 'relation' = level -> 'relation'),
        level #>> '{made,rows}', level #>> '{made,row}', level #>> '{made,number}',
        array_to_string(format('%I.%I OPERATOR(pg_catalog.=) %s',
                               level #>> '{made,rows}', level #>> '{made,number}', level ->> 'n')
            || ARRAY(SELECT jsonb_array_elements_text(dup_select_private.put_waits(plan, level, NULL))), ' AND '),
        coalesce(chr(10) || dup_select_private.level_conflict_target(level) || ' DO NOTHING', ''))
    FROM (SELECT string_agg(format('k%s', e.n), ', ' ORDER BY e.n) AS names
          FROM jsonb_array_elements(level -> 'elements') WITH ORDINALITY AS e (value, n)) AS k
    WHERE level ? 'elements'
$$;

-- Query of the rows that lack a level, with their keys, as far as these are known.
CREATE OR REPLACE FUNCTION dup_select_private.put_contenders(plan jsonb, level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'        SELECT %I.*, %s AS %I, %s
        FROM %s
        WHERE %s',
        level #>> '{made,rows}', level ->> 'n', level #>> '{made,number}',
        (SELECT string_agg(format('%s%s AS k%s', e.value ->> 'value', e.value ->> 'collate', e.n), ', ' ORDER BY e.n)
         FROM jsonb_array_elements(level -> 'elements') WITH ORDINALITY AS e (value, n)),
        dup_select_private.put_rows(level),
        array_to_string(dup_select_private.put_pending(
                            level || jsonb_build_object('when', dup_select_private.put_known(plan, level)))
                        || dup_select_private.put_has_key(level), ' AND '))
$$;

-- Conditions under which the natural key of a level that is put together with others is known.
CREATE OR REPLACE FUNCTION dup_select_private.put_known(plan jsonb, level jsonb) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.put_waits(plan, level, jsonb_path_query_array(level, '$.elements[*].value'))
$$;

-- Conditions under which those parents of a level are done with whose whole keys are among these texts (NULL: all parents), of
-- the levels that are put together.
CREATE OR REPLACE FUNCTION dup_select_private.put_waits(plan jsonb, level jsonb, read jsonb) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(jsonb_agg(dup_select_private.put_settled(p.value) ORDER BY p.n), '[]')
    FROM jsonb_array_elements(plan -> 'parents') WITH ORDINALITY AS p (value, n)
    WHERE p.value -> 'child' = level -> 'path' AND p.value ? 'n'
      AND (read IS NULL OR p.value -> 'own' <@ read)
$$;

-- Condition on rows for which a level that is put together with others is done with.
CREATE OR REPLACE FUNCTION dup_select_private.put_settled(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN level -> 'path' = '[]' THEN format('%I.%I', level #>> '{made,rows}', level #>> '{made,done}')
        ELSE format('(%I.%I OR pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.=) 0)', level #>> '{made,rows}', level ->> 'settled',
                    array_to_string(ARRAY(SELECT jsonb_array_elements_text(level -> 'own')), ', '))
    END
$$;

-- FROM and WHERE of the rows of which a level that is put together with others is not done with.
CREATE OR REPLACE FUNCTION dup_select_private.put_left(plan jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('FROM %s WHERE NOT (%s)', dup_select_private.put_rows(plan -> 'target'),
                  string_agg(dup_select_private.put_settled(l.value), ' AND ' ORDER BY l.n))
    FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) WITH ORDINALITY AS l (value, n)
    WHERE l.value ? 'n'
$$;

-- Statements that put the levels that belong together row by row, each row as an inserter view does. Static statements, whose
-- plans are kept. enable_seqscan: as in an inserter view.
CREATE OR REPLACE FUNCTION dup_select_private.put_in_order(plan jsonb) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_target jsonb := plan -> 'target';
    v_row    text := dup_select_private.put_row(v_target);
    v_at     text := quote_ident(plan #>> '{made,at}');
    v_quote  text := '$' || '$';
    v_body   text := format(
'#variable_conflict use_column
DECLARE
    %1$s pg_catalog.tid;
BEGIN
    FOR %1$s IN SELECT %2$s %3$s ORDER BY %2$s LOOP
%4$s
    END LOOP;
END
',
        v_at, v_row, dup_select_private.put_left(plan), (
            SELECT string_agg(dup_select_private.put_loop(v_target, s.title, s.once, s.resolve, s.missing, s.pending), chr(10)
                              ORDER BY l.n, s.n)
            FROM jsonb_array_elements((plan -> 'parents') || v_target) WITH ORDINALITY AS l (value, n)
            CROSS JOIN LATERAL dup_select_private.put_level_statements(plan, l.value || jsonb_build_object(
                'when', jsonb_build_array(format('%s OPERATOR(pg_catalog.=) %s', v_row, v_at)))) WITH ORDINALITY
                AS s (title, once, resolve, missing, pending, n)
            WHERE l.value ? 'n'));
BEGIN
    WHILE strpos(v_body, v_quote) > 0 LOOP -- a name or an expression may hold it
        v_quote := concat('$x', substr(v_quote, 2));
    END LOOP;
    RETURN format(
'SELECT pg_catalog.set_config(''dup_select.enable_seqscan'', pg_catalog.current_setting(''enable_seqscan''), true),
    pg_catalog.set_config(''enable_seqscan'', ''off'', true);
DO %1$s
%2$s%1$s;
SELECT pg_catalog.set_config(''enable_seqscan'', pg_catalog.current_setting(''dup_select.enable_seqscan''), true)',
        v_quote, v_body);
END
$$;

-- What put_level does, as a part of a PL/pgSQL block: the statements of a level, once, or until nothing is pending.
CREATE OR REPLACE FUNCTION dup_select_private.put_loop(
    level jsonb, title text, once text, resolve text, missing text, pending text
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
            title, level #>> '{made,attempts}', resolve || ';', pending, title, missing)
    END
$$;
