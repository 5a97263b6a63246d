SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- Columns of the work table, and what fills them from the source. NULL where nothing does. The work table: a column for all that
-- is filled, one for every key that comes back. No column of a table is named like one of them (plan_made_names), which lets
-- conditions of both generators be the same text.
CREATE OR REPLACE FUNCTION dup_select_private.put_columns(plan jsonb)
RETURNS TABLE (n bigint, name text, declared text, source text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT row_number() OVER (ORDER BY c.part, c.l, c.n), c.name,
           concat_ws(' ', quote_ident(c.name), c.type, 'COLLATE ' || c.collation), c.source
    FROM (
        SELECT 1 AS part, 0 AS l, 0 AS n, plan #>> '{made,row}' AS name, 'tid' AS type, NULL AS collation, 'input.ctid' AS source
        UNION ALL
        SELECT 2, -l.n, c.n, c.value ->> 'slot', c.value ->> 'type', c.value ->> 'collation', c.value ->> 'source'
        FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) WITH ORDINALITY AS l (value, n)
        CROSS JOIN jsonb_array_elements(l.value -> 'columns') WITH ORDINALITY AS c (value, n)
        UNION ALL
        SELECT 3, 0, k.n, plan #>> ARRAY['target', 'returned', k.name], c.type, NULL, NULL
        FROM jsonb_array_elements_text(plan -> 'primary_key') WITH ORDINALITY AS k (name, n)
        JOIN dup_select_private.plan_table_columns((plan #>> '{target,relation}')::oid) AS c ON c.column_name = k.name
        UNION ALL
        SELECT 4, 0, l.n, l.value ->> 'settled', 'boolean', NULL, 'false'
        FROM jsonb_array_elements(plan -> 'parents') WITH ORDINALITY AS l (value, n) WHERE l.value ? 'n'
        UNION ALL
        SELECT 5, 0, 0, plan #>> '{made,done}', 'boolean', NULL, 'false'
    ) AS c
$$;

-- Columns of the work table that a level gives its key to. Which columns of the work table a level fills, and from which of its
-- own.
CREATE OR REPLACE FUNCTION dup_select_private.put_results(plan jsonb, level jsonb) RETURNS TABLE (n bigint, slot text, name text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT k.n, level -> 'returned' ->> k.name, k.name
    FROM jsonb_array_elements_text(plan -> 'primary_key') WITH ORDINALITY AS k (name, n)
    WHERE level -> 'path' = '[]'
    UNION ALL
    SELECT k.n, c.value -> 'held' ->> k.child, k.name
    FROM ROWS FROM (jsonb_array_elements_text(level -> 'key_columns'),
                    jsonb_array_elements_text(level -> 'child_columns')) WITH ORDINALITY AS k (name, child, n)
    JOIN jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) AS c ON c.value -> 'path' = level -> 'child'
$$;

-- The work table, with the name by which the statements refer to its rows.
CREATE OR REPLACE FUNCTION dup_select_private.put_rows(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('pg_temp.%I AS %I', level #>> '{made,work}', level #>> '{made,rows}')
$$;

-- The column of the work table that tells which row of the source it is.
CREATE OR REPLACE FUNCTION dup_select_private.put_row(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('%I.%I', level #>> '{made,rows}', level #>> '{made,row}')
$$;

-- Conditions on the rows of the work table that a level has yet to resolve.
CREATE OR REPLACE FUNCTION dup_select_private.put_pending(level jsonb) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN level -> 'path' = '[]' THEN ARRAY[format('NOT %I.%I', level #>> '{made,rows}', level #>> '{made,done}')]
        WHEN level ? 'n' THEN format('NOT %I.%I', level #>> '{made,rows}', level ->> 'settled')
            || dup_select_private.level_pending(level || '{"above": []}')
        ELSE dup_select_private.level_pending(level)
    END || ARRAY(SELECT jsonb_array_elements_text(level -> 'when'))
$$;

-- Condition on rows that have a key to look up. NULL where all have one. Rows that have no key are new ones, each of them: one
-- part is NULL, or the partial index leaves them out. A NULL where the table wants a value may be inserted as if it had a key:
-- that fails, as it should.
CREATE OR REPLACE FUNCTION dup_select_private.put_has_key(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE WHEN NOT level ? 'elements' THEN 'false' ELSE (
        SELECT string_agg(k.condition, ' AND ' ORDER BY k.n)
        FROM (SELECT e.n, format(CASE WHEN (e.value ->> 'composite')::boolean THEN '%s IS DISTINCT FROM NULL'
                                     ELSE '%s IS NOT NULL' END, e.value ->> 'value') AS condition
              FROM jsonb_array_elements(level -> 'elements') WITH ORDINALITY AS e (value, n)
              WHERE (level ->> 'nulls_distinct')::boolean AND (e.value ->> 'nullable')::boolean
              UNION ALL
              SELECT 1000, format('(%s) IS TRUE', level ->> 'satisfies') WHERE level ->> 'satisfies' IS NOT NULL) AS k)
    END
$$;

-- The UPDATE, or two, that join back the keys that stand. NULL where the rows do not show a natural key. Where NULLs are equal,
-- rows without any are joined first, by equality alone: an OR cannot be hashed, it takes an index scan for each row (100,000 rows
-- on three levels: 14 s instead of 6.6).
CREATE OR REPLACE FUNCTION dup_select_private.put_resolve(plan jsonb, level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN n.nullable IS NULL THEN dup_select_private.put_join(plan, level, NULL)
        ELSE concat(dup_select_private.put_join(plan, level || '{"nulls_distinct": true}', NULL), ';', chr(10),
                    dup_select_private.put_join(plan, level, format('pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.>) 0',
                        n.nullable)))
    END
    FROM (SELECT string_agg(e.value ->> 'value', ', ' ORDER BY e.n) AS nullable
          FROM jsonb_array_elements(level -> 'elements') WITH ORDINALITY AS e (value, n)
          WHERE NOT (level ->> 'nulls_distinct')::boolean AND (e.value ->> 'nullable')::boolean) AS n
    WHERE (level ->> 'shown')::boolean
$$;

-- UPDATE that joins back the keys of a level that stand, for rows under a further condition (NULL: all).
CREATE OR REPLACE FUNCTION dup_select_private.put_join(plan jsonb, level jsonb, restriction text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'UPDATE %s SET %s
FROM %s
WHERE %s
  AND %s',
        dup_select_private.put_rows(level),
        (SELECT string_agg(r.setting, ', ' ORDER BY r.n)
         FROM (SELECT r.n, format('%I = %I', r.slot, r.name) AS setting FROM dup_select_private.put_results(plan, level) AS r
               UNION ALL
               SELECT 1000, format('%I = true', level #>> '{made,done}') WHERE level -> 'path' = '[]') AS r),
        coalesce((level ->> 'searched') || ' AS existing', dup_select_private.level_from(level)),
        array_to_string(array_append(dup_select_private.put_pending(level), restriction), ' AND '),
        dup_select_private.level_match(level, 2))
$$;

-- INSERT of distinct keys that do not stand. NULL where there is no natural key. The key order keeps concurrent calls from
-- waiting for each other in a circle.
CREATE OR REPLACE FUNCTION dup_select_private.put_missing(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'%s
SELECT DISTINCT ON (%s)
    %s
FROM %4$s
WHERE %5$s
ORDER BY %2$s, %6$s%7$s',
        dup_select_private.level_insert_head(level, 0), k.elements,
        dup_select_private.level_list(dup_select_private.level_values(level, 'stored'), ', ', 4),
        dup_select_private.put_rows(level),
        array_to_string(dup_select_private.put_pending(level) || dup_select_private.put_has_key(level), ' AND '),
        dup_select_private.put_row(level),
        coalesce(chr(10) || dup_select_private.level_conflict_target(level) || ' DO NOTHING', ''))
    FROM (SELECT string_agg(concat(e.value ->> 'value', e.value ->> 'collate'), ', ' ORDER BY e.n) AS elements
          FROM jsonb_array_elements(level -> 'elements') WITH ORDINALITY AS e (value, n)
          WHERE EXISTS (SELECT FROM jsonb_array_elements(level -> 'columns') AS c
                        WHERE strpos(e.value ->> 'value', c.value ->> 'raw') > 0)) AS k
    WHERE level ? 'elements'
$$;

-- Statement that inserts rows without a key, and joins back. NULL where there can be none. RETURNING follows the order of the
-- SELECT, so the n-th row added is that of the n-th row asked for.
CREATE OR REPLACE FUNCTION dup_select_private.put_keyless(plan jsonb, level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
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
UPDATE %3$s SET %9$s
FROM asked JOIN numbered ON numbered.%2$I OPERATOR(pg_catalog.=) asked.%2$I
WHERE %1$s OPERATOR(pg_catalog.=) asked.%7$I',
        dup_select_private.put_row(level), level #>> '{made,number}', dup_select_private.put_rows(level),
        array_to_string(dup_select_private.put_pending(level) || format('NOT (%s)', k.has_key), ' AND '),
        dup_select_private.level_insert_head(level, 4),
        dup_select_private.level_list(dup_select_private.level_values(level, 'stored'), ', ', 8),
        level #>> '{made,row}', r.returned, r.settings)
    FROM (SELECT dup_select_private.put_has_key(level) AS has_key) AS k,
         (SELECT string_agg(r.returned, ', ' ORDER BY r.n) AS returned, string_agg(r.setting, ', ' ORDER BY r.n) AS settings
          FROM (SELECT r.n, quote_ident(r.name) AS returned, format('%I = numbered.%I', r.slot, r.name) AS setting
                FROM dup_select_private.put_results(plan, level) AS r
                UNION ALL
                SELECT 1000, format('true AS %I', level #>> '{made,done}'), format('%I = true', level #>> '{made,done}')
                WHERE level -> 'path' = '[]') AS r) AS r
    WHERE k.has_key IS NOT NULL
$$;

-- UPDATE that inserts or finds the rows of a level one by one, because BEFORE triggers may change their keys. A statement for all
-- rows could not tell which of them a trigger left out, nor insert a key twice that the trigger made of two.
CREATE OR REPLACE FUNCTION dup_select_private.put_by_row(plan jsonb, level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'UPDATE %1$s SET %2$s
FROM (
    SELECT %3$s, dup_select_private.put_one(%4$L, %5$I) AS key
    FROM %1$s
    WHERE %6$s
    ORDER BY %3$s
) AS stored
WHERE %3$s OPERATOR(pg_catalog.=) stored.%7$I',
        dup_select_private.put_rows(level),
        concat_ws(', ', string_agg(format('%I = CAST(stored.key OPERATOR(pg_catalog.->>) %s AS %s)', r.slot, r.n - 1, c.type),
                                   ', ' ORDER BY r.n),
            -- Without a key, what a trigger leaves out is as in a plain INSERT.
            CASE WHEN level -> 'path' = '[]'
                THEN format(CASE WHEN level ? 'index' THEN '%I = stored.key IS NOT NULL' ELSE '%I = true' END,
                            level #>> '{made,done}') END),
        dup_select_private.put_row(level),
        concat_ws(chr(10), chr(10) || dup_select_private.level_insert_head(level, 0),
            format('SELECT %s', dup_select_private.level_list(dup_select_private.level_values(level, 'stored'), ', ', 4)),
            format('FROM (SELECT ($1).*) AS %I', level #>> '{made,rows}'),
            dup_select_private.level_conflict(level, array_agg(r.name ORDER BY r.n)),
            format('RETURNING pg_catalog.jsonb_build_array(%s)',
                   string_agg(dup_select_private.level_key_text(level, r.name, quote_ident(r.name)), ', ' ORDER BY r.n))),
        level #>> '{made,rows}',
        array_to_string(dup_select_private.put_pending(level), ' AND '),
        level #>> '{made,row}')
    FROM dup_select_private.put_results(plan, level) AS r
    JOIN dup_select_private.plan_table_columns((level ->> 'relation')::oid) AS c ON c.column_name = r.name
$$;
