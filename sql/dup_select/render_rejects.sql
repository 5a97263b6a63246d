SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- What becomes of rows that put_table cannot put in, and of those of the target that exist.

-- Table with the input rows that are left out, and why.
CREATE FUNCTION dup_select_private.rejected_table(plan dup_select_private.plan) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.identifier((plan.names).work || '_rejected')
$$;

-- Statement that makes it.
CREATE FUNCTION dup_select_private.make_rejected(plan dup_select_private.plan) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT format(
'CREATE TEMPORARY TABLE %I (
    %I tid, table_name pg_catalog.text, rule pg_catalog.text, detail pg_catalog.text
) ON COMMIT DROP',
        dup_select_private.rejected_table(plan), (plan.names).row)
$$;

-- Statement that tries the expressions of a mapping. Each column for all rows at once; where that fails, block by block of the
-- source, and row by row in the blocks where it fails. What is being tried is undone with the rows. NULL where all columns come
-- as they are.
CREATE FUNCTION dup_select_private.try_casts(plan dup_select_private.plan, source regclass) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_columns text := (
        SELECT string_agg(format('(%L, %L, %L, %L)', (plan.levels[l]).reported,
                                 format('%I does not cast to %s', (c.facts).name, (c.facts).type), c.held,
                                 dup_select_private.source_of(c)),
                          ',' || chr(10) || repeat(' ', 12) ORDER BY l, (c.facts).number)
        FROM generate_subscripts(plan.levels, 1) l CROSS JOIN unnest((plan.levels[l]).columns) c
        WHERE c.expression IS NOT NULL AND NOT c.direct);
BEGIN
    RETURN dup_select_private.do_block(format(
'
DECLARE
    v_column pg_catalog.record;
    v_try    pg_catalog.text;
    v_within pg_catalog.text := '' WHERE input.ctid OPERATOR(pg_catalog.>=) $1 AND input.ctid OPERATOR(pg_catalog.<) $2'';
    v_first  pg_catalog.tid;
    v_end    pg_catalog.tid;
    v_row    pg_catalog.tid;
BEGIN
    FOR v_column IN
        VALUES
            %3$s
    LOOP
        v_try := pg_catalog.format(''INSERT INTO pg_temp.%1$I (%%I) SELECT %%s FROM ONLY %2$s AS input'',
                                   v_column.column3, v_column.column4);
        BEGIN
            EXECUTE v_try;
            CONTINUE;
        EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
        END;
        FOR v_first, v_end IN
            SELECT pg_catalog.format(''(%%s,0)'', n)::pg_catalog.tid,
                   pg_catalog.format(''(%%s,0)'', n OPERATOR(pg_catalog.+) 1)::pg_catalog.tid
            FROM pg_catalog.generate_series(0, (
                SELECT (pg_catalog.max(input.ctid)::pg_catalog.text::pg_catalog.point)[0]::pg_catalog.int8 -- its block
                FROM ONLY %4$s AS input)) AS n
        LOOP
            BEGIN
                EXECUTE pg_catalog.concat(v_try, v_within) USING v_first, v_end;
            EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
                FOR v_row IN EXECUTE pg_catalog.concat(''SELECT input.ctid FROM ONLY %2$s AS input'', v_within)
                    USING v_first, v_end LOOP
                    BEGIN
                        EXECUTE pg_catalog.concat(v_try, '' WHERE input.ctid OPERATOR(pg_catalog.=) $1'') USING v_row;
                    EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
                        INSERT INTO pg_temp.%5$I VALUES (v_row, v_column.column1, v_column.column2, SQLERRM);
                    END;
                END LOOP;
            END;
        END LOOP;
    END LOOP;
    TRUNCATE pg_temp.%1$I;
END
',
        (plan.names).work, replace(dup_select_private.qualified_name(source), '''', ''''''), v_columns,
        dup_select_private.qualified_name(source), dup_select_private.rejected_table(plan)))
    WHERE v_columns IS NOT NULL;
END
$$;

-- Statements that put aside those rows of the work table that break a rule of a table that they are to go into.
CREATE FUNCTION dup_select_private.try_rules(plan dup_select_private.plan) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_rules text := (
        SELECT string_agg(format('(%s, %L, %L, %s)', concat_ws(' AND ', r.broken, w.condition), r.table_name, r.rule, r.detail),
                          ',' || chr(10) || '    ' ORDER BY l, r.n)
        FROM generate_subscripts(plan.levels, 1) l
        CROSS JOIN dup_select_private.is_made(plan, l) w (condition)
        CROSS JOIN dup_select_private.level_rules(plan, l) r);
BEGIN
    RETURN ARRAY[
        format(
'INSERT INTO pg_temp.%1$I
SELECT %2$s, bad.table_name, bad.rule, bad.detail
FROM pg_temp.%3$I AS %4$I
CROSS JOIN LATERAL (VALUES
    %5$s) AS bad (broken, table_name, rule, detail)
WHERE bad.broken',
            dup_select_private.rejected_table(plan), dup_select_private.work_column(plan, (plan.names).row),
            (plan.names).work, (plan.names).rows, v_rules),
        format(
'DELETE FROM pg_temp.%1$I AS %2$I
WHERE EXISTS (SELECT FROM pg_temp.%3$I AS r WHERE r.%4$I OPERATOR(pg_catalog.=) %2$I.%4$I)',
            (plan.names).work, (plan.names).rows, dup_select_private.rejected_table(plan), (plan.names).row)]
    WHERE v_rules IS NOT NULL;
END
$$;

-- Condition under which a level may have to be made for an input row, as far as that can be told from the row. NULL where it
-- always has to.
CREATE FUNCTION dup_select_private.is_made(plan dup_select_private.plan, number integer) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT nullif(concat_ws(' AND ',
        (SELECT format('pg_catalog.num_nonnulls(%s) OPERATOR(pg_catalog.>) 0', string_agg(
                    dup_select_private.work_column(plan, c.held), ', ' ORDER BY c.held COLLATE "C"))
         FROM generate_subscripts(plan.levels, 1) l CROSS JOIN unnest((plan.levels[l]).columns) c
         WHERE (plan.levels[number]).optional AND c.expression IS NOT NULL
             AND (plan.levels[l]).path[: cardinality((plan.levels[number]).path)] = (plan.levels[number]).path
             AND dup_select_private.is_of_key(plan.levels[l], (c.facts).number)
         HAVING count(*) > 0),
        (SELECT string_agg(DISTINCT format('%s IS NULL', dup_select_private.work_column(plan, o.name)), ' AND ')
         FROM unnest((plan.levels[number]).own || (plan.levels[number]).above) o
         WHERE number > 1 AND EXISTS (
             SELECT FROM generate_subscripts(plan.levels, 1) l CROSS JOIN unnest((plan.levels[l]).columns) c
             WHERE c.held = o.name AND c.expression IS NOT NULL))), '')
$$;

-- Rules that a row can be held against before its parents are known: a value is missing, or violates a CHECK. A BEFORE trigger
-- may mend either.
CREATE FUNCTION dup_select_private.level_rules(plan dup_select_private.plan, number integer)
RETURNS TABLE (n bigint, table_name text, rule text, broken text, detail text)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level  dup_select_private.plan_level := plan.levels[number];
    v_linked integer[] := ARRAY(SELECT (c.facts).number FROM unnest(v_level.columns) c WHERE c.out_name IS NOT NULL);
BEGIN
    IF (v_level.facts).triggered THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT (c.facts).number::bigint, v_level.reported, format('%s is missing', quote_ident((c.facts).name)),
           format('%s IS NULL', dup_select_private.reference(c.slot)), quote_literal((c.facts).type)
    FROM unnest(v_level.columns) c
    WHERE (c.facts).required AND (c.facts).expression IS NULL AND (c.facts).number <> ALL (v_linked)
    UNION ALL
    SELECT 10000 + row_number() OVER (ORDER BY k.name COLLATE "C"), v_level.reported,
           format('violates %s', quote_ident(k.name)),
           format('NOT (%s)', dup_select_private.evaluate(v_level, k.expression, k.columns)),
           (SELECT format('pg_catalog.concat_ws('', '', %s)', string_agg(
                       format('pg_catalog.concat(%L, %s)', (c.facts).name || ' ' || (c.facts).type || ' ',
                              dup_select_private.reference(c.slot)), ', ' ORDER BY (c.facts).number))
            FROM unnest(v_level.columns) c WHERE (c.facts).number = ANY (k.columns))
    FROM dup_select_private.checks_of((v_level.facts).id) k
    WHERE NOT k.columns && v_linked AND EXISTS (
            SELECT FROM unnest(v_level.columns) c WHERE (c.facts).number = ANY (k.columns))
        AND NOT EXISTS (SELECT FROM unnest((v_level.facts).columns) g
                        WHERE g.generated AND g.number = ANY (k.columns) AND g.expression_columns && v_linked);
END
$$;

-- Statement that lists what is left out, with the row as it came in, and for each of them the first rule that it breaks.
CREATE FUNCTION dup_select_private.list_rejected(
    plan dup_select_private.plan, source regclass, only_existing boolean
) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'INSERT INTO pg_temp.put_rejects (table_name, rule, detail, "row")
SELECT r.table_name, r.rule, pg_catalog.concat_ws('': '', pg_catalog.concat(''row '', input.ctid), r.detail),
    pg_catalog.to_jsonb(input)
FROM (SELECT DISTINCT ON (r.%1$I) r.* FROM pg_temp.%2$I AS r%4$s ORDER BY r.%1$I) AS r
JOIN ONLY %3$s AS input ON input.ctid OPERATOR(pg_catalog.=) r.%1$I
ORDER BY input.ctid',
        (plan.names).row, dup_select_private.rejected_table(plan), dup_select_private.qualified_name(source),
        CASE WHEN only_existing THEN ' WHERE r.rule OPERATOR(pg_catalog.=) ''exists already''' END)
$$;

-- Statement about the rows of the target that exist, when they have been looked up. NULL where nothing is done about them.
CREATE FUNCTION dup_select_private.about_existing(plan dup_select_private.plan, on_existing text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE on_existing
        WHEN 'update' THEN dup_select_private.update_existing(plan)
        WHEN 'fail' THEN format(
'INSERT INTO pg_temp.%1$I
SELECT %2$s, %3$L, ''exists already'', NULL
FROM %4$s',
            dup_select_private.rejected_table(plan), dup_select_private.work_column(plan, (plan.names).row),
            (plan.levels[1]).reported, CASE
                WHEN (plan.levels[1]).together IS NULL THEN format('pg_temp.%I AS %I', (plan.levels[1]).map, (plan.names).rows)
                ELSE format('%s WHERE %s', dup_select_private.work_rows(plan),
                            dup_select_private.work_column(plan, (plan.names).done))
            END)
    END
    WHERE ((plan.levels[1]).key).parts IS NOT NULL
$$;

-- UPDATE of the rows of the target that exist, where what is given differs: the first input row for each. NULL where nothing but
-- the key is given.
CREATE FUNCTION dup_select_private.update_existing(plan dup_select_private.plan) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level dup_select_private.plan_level := plan.levels[1];
    v_id    text := (SELECT string_agg(format('%I.%I', coalesce(v_level.map, (plan.names).rows), r.slot_name), ', ' ORDER BY r.n)
                     FROM dup_select_private.results(plan, v_level) r);
    v_rows  text := CASE WHEN v_level.together IS NULL THEN dup_select_private.level_rows(plan, v_level, true)
                         ELSE dup_select_private.work_rows(plan) END;
    v_key   text := dup_select_private.key_list(v_level);
BEGIN
    RETURN (
        SELECT format(
'UPDATE %1$s SET
    %2$s
FROM (
    SELECT DISTINCT ON (%3$s) %4$s
    FROM %5$s
    ORDER BY %3$s, %6$s
) AS %7$I
WHERE %8$s
  AND (%9$s)',
            dup_select_private.searched(plan, v_level), string_agg(format('%I = %s', u.name, u.value), ',' || chr(10) || '    '
                                                                   ORDER BY u.number),
            coalesce(v_id, v_key),
            concat_ws(', ', format('%I.*', (plan.names).rows), CASE WHEN v_level.together IS NULL THEN v_id END),
            CASE WHEN v_level.together IS NULL THEN format(
'%1$s
    JOIN pg_temp.%2$I ON %2$I.%3$I OPERATOR(pg_catalog.=) %4$I.%3$I',
                     replace(v_rows, chr(10), chr(10) || repeat(' ', 4)), v_level.map, (plan.names).row, (plan.names).rows)
                 ELSE format('%s WHERE %s', v_rows, dup_select_private.work_column(plan, (plan.names).done)) END,
            dup_select_private.work_column(plan, (plan.names).row), (plan.names).rows,
            coalesce((SELECT string_agg(format('%I %s %s', r.name, dup_select_private.equality_of(v_level.facts, r.name),
                                               dup_select_private.work_column(plan, r.slot_name)), ' AND ' ORDER BY r.n)
                      FROM dup_select_private.results(plan, v_level) r), dup_select_private.match(v_level, true, 2)),
            string_agg(u.differs, chr(10) || '    OR ' ORDER BY u.number))
        FROM dup_select_private.updated_columns(v_level) u
        HAVING count(*) > 0);
END
$$;

-- The parts of a level's key as a list.
CREATE FUNCTION dup_select_private.key_list(level dup_select_private.plan_level) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT string_agg(concat(v.value, v.collation_clause), ', ' ORDER BY v.n)
    FROM dup_select_private.key_values(level) v WHERE v.given
$$;

-- Columns that an existing row gets: those given that are not of its key, with the condition under which they differ. NULL
-- means a default, or, where that is another one each time, what there is.
CREATE FUNCTION dup_select_private.updated_columns(level dup_select_private.plan_level)
RETURNS TABLE (number integer, name text, value text, differs text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT (c.facts).number, (c.facts).name, v.value, format(CASE
            WHEN o.operator IS NULL THEN 'pg_catalog.num_nulls(%1$s, %2$s) OPERATOR(pg_catalog.<) 2'
                ' AND (%1$s::pg_catalog.text OPERATOR(pg_catalog.=) (%2$s)::pg_catalog.text) IS NOT TRUE'
            ELSE 'pg_catalog.num_nulls(%1$s, %2$s) OPERATOR(pg_catalog.<) 2 AND (%1$s %3$s %2$s) IS NOT TRUE'
        END, quote_ident((c.facts).name), v.value, o.operator)
    FROM unnest(level.columns) c
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN (c.facts).volatile THEN dup_select_private.with_default(
                dup_select_private.reference(c.slot), quote_ident((c.facts).name))
            ELSE dup_select_private.inserted_value(c)
        END AS value) v
    CROSS JOIN LATERAL (SELECT dup_select_private.equality_of(level.facts, (c.facts).name) AS operator) o
    WHERE NOT dup_select_private.is_of_key(level, (c.facts).number) AND (c.facts).name <> ALL ((level.facts).primary_key)
        AND NOT (c.facts).always
$$;

-- Equality of a column by the default of its type. NULL where it has none.
CREATE FUNCTION dup_select_private.equality_of(facts dup_select_private.table_facts, column_name text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.equality(dup_select_private.default_operator_class(facts.id, c.number))
    FROM unnest(facts.columns) c WHERE c.name = column_name
$$;
