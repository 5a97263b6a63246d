SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The statements of one level of put_table: a statement that runs once, or resolve (where it is not NULL) and missing until
-- nothing is pending. also: further conditions on the rows of the work table.
CREATE FUNCTION dup_select_private.level_statements(
    plan dup_select_private.plan, level dup_select_private.plan_level, also text[], in_block boolean
) RETURNS TABLE (title text, once text, resolve text, missing text, pending text)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT t.title, NULL, dup_select_private.resolve(plan, level, also),
           CASE
               WHEN NOT b.by_row THEN dup_select_private.insert_missing(plan, level, also)
               WHEN in_block THEN dup_select_private.insert_by_row(plan, level, also)
               ELSE dup_select_private.block(plan, dup_select_private.insert_by_row(plan, level, also) || ';', true)
           END,
           dup_select_private.pending_query(plan, level, also)
    FROM dup_select_private.title(level) t (title)
    CROSS JOIN dup_select_private.is_by_row(level) b (by_row)
    WHERE b.by_row OR (level.key).parts IS NOT NULL
    UNION ALL
    SELECT dup_select_private.title(level) || ': rows without a key', dup_select_private.insert_keyless(plan, level, also),
           NULL, NULL, NULL
    WHERE NOT dup_select_private.is_by_row(level) AND dup_select_private.has_key(level) IS NOT NULL;
END
$$;

-- Whether BEFORE triggers may change keys of a level, whose rows are therefore put in one by one.
CREATE FUNCTION dup_select_private.is_by_row(level dup_select_private.plan_level) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT (level.facts).triggered AND ((level.key).index_name IS NOT NULL OR (level.key).parts IS NULL)
$$;

-- The work table of levels that are put together, with the name by which the statements refer to its rows.
CREATE FUNCTION dup_select_private.work_rows(plan dup_select_private.plan) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('pg_temp.%I AS %I', plan.wide, (plan.names).rows)
$$;

-- A column of the work table.
CREATE FUNCTION dup_select_private.work_column(plan dup_select_private.plan, name text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('%I.%I', (plan.names).rows, name)
$$;

-- Conditions on the rows that a level has yet to resolve.
CREATE FUNCTION dup_select_private.pending(
    plan dup_select_private.plan, level dup_select_private.plan_level, also text[]
) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT array_remove(CASE
            WHEN level.path = '{}' AND level.together IS NULL THEN ARRAY[format(
                'NOT EXISTS (SELECT FROM pg_temp.%1$I WHERE %1$I.%2$I OPERATOR(pg_catalog.=) %3$I.%2$I)',
                level.map, (plan.names).row, (plan.names).rows)]
            WHEN level.path = '{}' THEN ARRAY['NOT ' || dup_select_private.work_column(plan, (plan.names).done)]
            WHEN level.together IS NOT NULL THEN
                ('NOT ' || dup_select_private.work_column(plan, level.settled))
                || dup_select_private.unresolved(level, false) || dup_select_private.wanted(level)
            ELSE dup_select_private.unresolved(level, level.classes IS NULL) || dup_select_private.wanted(level)
        END || also, NULL));
END
$$;

-- Query of them, of those that have a key where the others are inserted by a statement of their own. Where all rows of the target
-- end in its map, counting tells.
CREATE FUNCTION dup_select_private.pending_query(
    plan dup_select_private.plan, level dup_select_private.plan_level, also text[]
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN level.path = '{}' AND level.together IS NULL AND (b.by_row OR k.has_key IS NULL) THEN format(
'SELECT WHERE (SELECT pg_catalog.count(*) FROM pg_temp.%I)
    OPERATOR(pg_catalog.<) (SELECT pg_catalog.count(*) FROM pg_temp.%I)',
                level.map, dup_select_private.base_table(plan, 1))
            ELSE format('SELECT FROM %s WHERE %s', dup_select_private.level_rows(plan, level, false),
                        array_to_string(dup_select_private.pending(plan, level, also)
                                        || CASE WHEN NOT b.by_row THEN k.has_key END, ' AND '))
        END
        FROM dup_select_private.is_by_row(level) b (by_row) CROSS JOIN dup_select_private.has_key(level) k (has_key));
END
$$;

-- Condition on rows that have a key to look up. NULL where all have one. Rows that have no key are new ones, each of them: one
-- part is NULL, or is yet to be made by a default that is never twice the same, or the partial index leaves them out. A NULL
-- where the table wants a value may be inserted as if it had a key: that fails, as it should. Of an optional parent with a key of
-- one column, a row without is not looked for.
CREATE FUNCTION dup_select_private.has_key(level dup_select_private.plan_level) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE WHEN (level.key).parts IS NULL THEN 'false' ELSE (
            SELECT string_agg(k.condition, ' AND ' ORDER BY k.n)
            FROM (SELECT v.n, format(CASE WHEN v.composite THEN '%s IS DISTINCT FROM NULL' ELSE '%s IS NOT NULL' END, v.value)
                      AS condition
                  FROM dup_select_private.key_values(level) v
                  WHERE ((level.key).nulls_distinct AND v.nullable OR EXISTS (
                          SELECT FROM unnest((level.facts).columns) c
                          WHERE c.number = ((level.key).parts[v.n].facts).number AND c.volatile AND NOT c.generated))
                      AND NOT (level.optional AND (level.key).wants_composite IS NOT TRUE
                               AND v.value = dup_select_private.reference_list((level.key).wanted))
                  UNION ALL
                  SELECT 1000, format('(%s) IS TRUE', i.condition)
                  FROM dup_select_private.in_index(level) i (condition) WHERE i.condition IS NOT NULL) k)
        END);
END
$$;

-- Which columns of its map, or of the work table, a level fills, and from which of its own.
CREATE FUNCTION dup_select_private.results(plan dup_select_private.plan, level dup_select_private.plan_level)
RETURNS TABLE (n bigint, slot_name text, name text, type text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT k.n, k.slot_name, k.name, c.type
    FROM (SELECT k.n, plan.returned[k.n] AS slot_name, k.name
          FROM unnest((level.facts).primary_key) WITH ORDINALITY AS k (name, n)
          WHERE level.path = '{}'
          UNION ALL
          SELECT k.n, k.slot_name, k.name
          FROM ROWS FROM (unnest((level.reference).parent_columns), unnest(level.own))
              WITH ORDINALITY AS k (name, record, slot_name, n)) k
    JOIN unnest((level.facts).columns) c ON c.name = k.name
$$;

-- The UPDATE, or two, that join back the keys that exist. NULL where the rows do not show a natural key. Where NULLs are equal,
-- rows without any are joined first, by equality alone: an OR cannot be hashed, it takes an index scan for each row (100,000 rows
-- on three levels: 14 s instead of 6.6).
CREATE FUNCTION dup_select_private.resolve(plan dup_select_private.plan, level dup_select_private.plan_level, also text[])
RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN n.nullable IS NULL THEN dup_select_private.join_back(plan, level, true, also)
            ELSE concat(
                dup_select_private.join_back(plan, level, false, also), ';', chr(10),
                dup_select_private.join_back(plan, level, true,
                                             also || format('pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.>) 0', n.nullable)))
        END
        FROM (SELECT string_agg(v.value, ', ' ORDER BY v.n)
                         FILTER (WHERE NOT (level.key).nulls_distinct AND v.nullable) AS nullable
              FROM dup_select_private.key_values(level) v) n
        WHERE (level.key).shown);
END
$$;

-- Statement that joins back the keys of a level that exist: an UPDATE of its classes, or of the work table where levels are put
-- together, or an INSERT into its map. There, OFFSET 0 keeps the server from joining the map last, by a loop: it takes a key of
-- several columns for rarer than it is. A key without a unique index, or in children of a superclass, may be there twice.
CREATE FUNCTION dup_select_private.join_back(
    plan dup_select_private.plan, level dup_select_private.plan_level, with_nulls boolean, also text[]
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format(CASE
                WHEN dup_select_private.is_by_map(level) THEN
'INSERT INTO pg_temp.%7$I
SELECT %8$s%9$s
FROM (
    SELECT * FROM %6$s
    WHERE %4$s
    OFFSET 0 -- what is pending comes first
) AS %10$I
JOIN %3$s
  ON %5$s'
                ELSE
'UPDATE %1$s SET %2$s
FROM %3$s
WHERE %4$s
  AND %5$s'
            END,
            dup_select_private.level_rows(plan, level, false),
            concat_ws(', ', r.settings, CASE WHEN level.path = '{}' THEN format('%I = true', (plan.names).done) END),
            dup_select_private.searched(plan, level),
            array_to_string(dup_select_private.pending(plan, level, also), ' AND '),
            dup_select_private.match(level, with_nulls, 2),
            replace(dup_select_private.level_rows(plan, level, false), chr(10), chr(10) || repeat(' ', 4)), level.map,
            CASE WHEN (level.key).index_name IS NULL OR level.path = '{}' AND plan.superclass IS NOT NULL
                 THEN format('DISTINCT ON (%s) ', dup_select_private.work_column(plan, (plan.names).row)) END,
            concat_ws(', ', dup_select_private.work_column(plan, (plan.names).row), r.names), (plan.names).rows)
        FROM (SELECT string_agg(format('%I = %I', r.slot_name, r.name), ', ' ORDER BY r.n) AS settings,
                     string_agg(quote_ident(r.name), ', ' ORDER BY r.n) AS names
              FROM dup_select_private.results(plan, level) r) r);
END
$$;

-- Whether the map of a level has a row for each input row.
CREATE FUNCTION dup_select_private.is_by_map(level dup_select_private.plan_level) RETURNS boolean
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT level.together IS NULL AND level.classes IS NULL
$$;

-- INSERT of distinct keys that do not exist. NULL where there is no natural key. The key order keeps concurrent calls from
-- waiting for each other in a circle.
CREATE FUNCTION dup_select_private.insert_missing(
    plan dup_select_private.plan, level dup_select_private.plan_level, also text[]
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format(
'%s
SELECT DISTINCT ON (%s)
    %s
FROM %4$s
WHERE %5$s
ORDER BY %2$s, %6$s%7$s',
            dup_select_private.insert_head(level, 0), k.parts, dup_select_private.inserted_values(level, 4),
            dup_select_private.inserted_rows(plan, level),
            array_to_string(dup_select_private.pending(plan, level, also) || dup_select_private.has_key(level), ' AND '),
            dup_select_private.work_column(plan, (plan.names).row),
            coalesce(chr(10) || dup_select_private.conflict_target(level) || ' DO NOTHING', ''))
        FROM (SELECT string_agg(concat(v.value, v.collation_clause), ', ' ORDER BY v.n) AS parts
              FROM dup_select_private.key_values(level) v WHERE v.given) k
        WHERE (level.key).parts IS NOT NULL);
END
$$;

-- Statement that inserts rows without a key, and joins back. NULL where there can be none. RETURNING follows the order of the
-- SELECT, so the n-th row added is that of the n-th row asked for.
CREATE FUNCTION dup_select_private.insert_keyless(
    plan dup_select_private.plan, level dup_select_private.plan_level, also text[]
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format(
'WITH asked AS (
    SELECT %1$s, pg_catalog.row_number() OVER (ORDER BY %1$s) AS %2$I
    FROM %3$s
    WHERE %4$s
), added AS (
    %5$s
    SELECT %6$s
    FROM %3$s JOIN asked ON asked.%7$I OPERATOR(pg_catalog.=) %1$s
    ORDER BY asked.%2$I
    RETURNING %8$s
), numbered AS (
    SELECT *, pg_catalog.row_number() OVER () AS %2$I FROM added
)
' || CASE WHEN dup_select_private.is_by_map(level) THEN
'INSERT INTO pg_temp.%10$I
SELECT %11$s
FROM asked JOIN numbered ON numbered.%2$I OPERATOR(pg_catalog.=) asked.%2$I'
        ELSE
'UPDATE %3$s SET %9$s
FROM asked JOIN numbered ON numbered.%2$I OPERATOR(pg_catalog.=) asked.%2$I
WHERE %1$s OPERATOR(pg_catalog.=) asked.%7$I' END,
            dup_select_private.work_column(plan, (plan.names).row), (plan.names).number,
            dup_select_private.level_rows(plan, level, true),
            array_to_string(dup_select_private.pending(plan, level, also) || format('NOT (%s)', k.has_key), ' AND '),
            dup_select_private.insert_head(level, 4), dup_select_private.inserted_values(level, 8),
            (plan.names).row, r.returned, r.settings, level.map,
            concat_ws(', ', format('asked.%I', (plan.names).row), r.numbered))
        FROM dup_select_private.has_key(level) k (has_key)
        CROSS JOIN (
            SELECT string_agg(r.returned, ', ' ORDER BY r.n) AS returned, string_agg(r.setting, ', ' ORDER BY r.n) AS settings,
                   string_agg(r.numbered, ', ' ORDER BY r.n) AS numbered
            FROM (SELECT r.n, quote_ident(r.name) AS returned, format('%I = numbered.%I', r.slot_name, r.name) AS setting,
                         format('numbered.%I', r.name) AS numbered
                  FROM dup_select_private.results(plan, level) r
                  UNION ALL
                  SELECT 1000, format('true AS %I', (plan.names).done), format('%I = true', (plan.names).done), NULL
                  WHERE level.path = '{}') r) r
        WHERE k.has_key IS NOT NULL);
END
$$;

-- A part of a PL/pgSQL block that inserts or finds the rows of a level one by one, because BEFORE triggers may change their keys:
-- a statement for all rows could not tell which of them a trigger left out, nor insert a key twice that the trigger made of two.
-- Without a key, what a trigger leaves out is as in a plain INSERT.
CREATE FUNCTION dup_select_private.insert_by_row(
    plan dup_select_private.plan, level dup_select_private.plan_level, also text[]
) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'FOR %1$I IN SELECT %1$I.* FROM %2$s
    WHERE %3$s
    ORDER BY %4$s
LOOP
    %5$I := %4$s;
    %6$s
    %7$s
END LOOP',
        (plan.names).rows, dup_select_private.level_rows(plan, level, true),
        array_to_string(dup_select_private.pending(plan, level, also), ' AND '),
        dup_select_private.work_column(plan, (plan.names).row), (plan.names).at,
        concat_ws(chr(10) || repeat(' ', 4),
            'PERFORM pg_catalog.set_config(' || f.setting || ', '''', true);',
            dup_select_private.insert_head(level, 4),
            format('VALUES (%s)', dup_select_private.inserted_values(level, 8)),
            dup_select_private.on_conflict(level, r.names),
            format('RETURNING pg_catalog.jsonb_build_array(%s) INTO %I;',
                   array_to_string(dup_select_private.key_texts(level, r.names, ''), ', '), (plan.names).key),
            CASE WHEN f.setting IS NOT NULL THEN format(
'IF NOT FOUND AND pg_catalog.current_setting(%1$s) OPERATOR(pg_catalog.<>) '''' THEN
        %2$I := pg_catalog.current_setting(%1$s)::pg_catalog.jsonb;
    END IF;', f.setting, (plan.names).key) END),
        format(CASE
                WHEN NOT dup_select_private.is_by_map(level) THEN
'UPDATE %1$s SET %2$s
    WHERE %3$s OPERATOR(pg_catalog.=) %4$I;'
                WHEN (level.key).index_name IS NULL THEN
'INSERT INTO pg_temp.%5$I VALUES (%6$s);'
                ELSE
'IF %7$I IS NOT NULL THEN
        INSERT INTO pg_temp.%5$I VALUES (%6$s);
    END IF;'
            END,
            dup_select_private.level_rows(plan, level, true),
            concat_ws(', ', r.settings, CASE WHEN level.path = '{}' THEN
                format(CASE WHEN (level.key).index_name IS NULL THEN '%I = true' ELSE '%I = %I IS NOT NULL' END,
                       (plan.names).done, (plan.names).key) END),
            dup_select_private.work_column(plan, (plan.names).row), (plan.names).at, level.map,
            concat_ws(', ', quote_ident((plan.names).at), r.values), (plan.names).key))
    FROM (SELECT array_agg(r.name ORDER BY r.n) AS names,
                 string_agg(format('%I = %s', r.slot_name, r.value), ', ' ORDER BY r.n) AS settings,
                 string_agg(r.value, ', ' ORDER BY r.n) AS values
          FROM (SELECT r.*, format('CAST(%I OPERATOR(pg_catalog.->>) %s AS %s)', (plan.names).key, r.n - 1, r.type) AS value
                FROM dup_select_private.results(plan, level) r) r) r
    CROSS JOIN (SELECT CASE WHEN (level.key).index_name IS NOT NULL THEN dup_select_private.found_setting_text() END) f (setting)
$$;

-- A PL/pgSQL block of statements for put_table. A column may be named like one of its variables. by_row: insert_by_row() is in
-- it.
CREATE FUNCTION dup_select_private.block(plan dup_select_private.plan, statements text, by_row boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_body text := format(
'
#variable_conflict use_column
DECLARE
    %I pg_catalog.tid;
%sBEGIN
%s
END
',
        (plan.names).at,
        CASE WHEN by_row THEN format(
            '    %I pg_catalog.record;' || chr(10) || '    %I pg_catalog.jsonb;' || chr(10), (plan.names).rows,
                (plan.names).key) END,
        statements);
BEGIN
    RETURN dup_select_private.do_block(v_body);
END
$$;
