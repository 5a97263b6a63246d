SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- What a level is about, for a comment. It goes into a comment, which a line break in a name must not end.
CREATE OR REPLACE FUNCTION dup_select_private.level_title(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT translate(concat(
        dup_select_private.path_text(ARRAY(SELECT jsonb_array_elements_text(level -> 'path')))
            || CASE WHEN level -> 'path' <> '[]' THEN ': ' ELSE '' END,
        level ->> 'table', ', by ' || quote_ident(level ->> 'index'),
        CASE WHEN level ? 'elements' AND NOT level ? 'index' THEN ', by columns without a unique index' END,
        CASE WHEN level ? 'index' AND (level ->> 'triggered')::boolean THEN ' (BEFORE triggers may make its key)' END),
        chr(10) || chr(13), '  ')
$$;

-- ONLY for a table with children, whose rows are not meant. NULL for others, and for a partitioned table. A foreign key refers to
-- rows of the table itself, and its unique keys cover no others.
CREATE OR REPLACE FUNCTION dup_select_private.level_only(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT 'ONLY '
    FROM pg_class c
    WHERE c.oid = (level ->> 'relation')::oid AND c.relkind = 'r'
      AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid)
$$;

-- The table of a level in the FROM clause of a look-up. In a trigger function, NEW.name must not mean a column of a table named
-- new.
CREATE OR REPLACE FUNCTION dup_select_private.level_from(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT concat(
        dup_select_private.level_only(level), level ->> 'table',
        CASE WHEN c.relname IN ('new', 'old') THEN format(' AS %s_row', c.relname) END)
    FROM pg_class c WHERE c.oid = (level ->> 'relation')::oid
$$;

-- Condition that finds the row with the natural key of the new one. IS NOT DISTINCT FROM uses no index, hence the two halves
-- where NULLs are equal.
CREATE OR REPLACE FUNCTION dup_select_private.level_match(level jsonb, indent integer) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN sum(length(m.condition)) + 5 * count(*) < 85 THEN string_agg(m.condition, ' AND ' ORDER BY m.n)
        ELSE string_agg(m.condition, chr(10) || repeat(' ', indent) || 'AND ' ORDER BY m.n)
    END
    FROM (
        SELECT e.n, format(CASE
                WHEN e.value ->> 'value' LIKE 'NULL::%' THEN '%1$s IS NULL'
                WHEN (level ->> 'nulls_distinct')::boolean OR NOT (e.value ->> 'nullable')::boolean THEN '%1$s %2$s %3$s%4$s'
                WHEN (e.value ->> 'composite')::boolean THEN
                    '(%1$s %2$s %3$s%4$s OR %1$s IS NOT DISTINCT FROM NULL AND %3$s IS NOT DISTINCT FROM NULL)'
                ELSE '(%1$s %2$s %3$s%4$s OR %1$s IS NULL AND %3$s IS NULL)'
            END, e.value ->> 'element', e.value ->> 'operator', e.value ->> 'value', e.value ->> 'collate') AS condition
        FROM jsonb_array_elements(level -> 'elements') WITH ORDINALITY AS e (value, n)
        UNION ALL
        SELECT 1000, level ->> 'where'
        WHERE level ->> 'where' IS NOT NULL
        UNION ALL
        SELECT 1001, format('(%s)', level ->> 'satisfies') WHERE level ->> 'satisfies' IS NOT NULL
    ) AS m
$$;

-- Condition under which an optional parent is wanted at all. NULL where it always is.
CREATE OR REPLACE FUNCTION dup_select_private.level_wanted(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN level -> 'wanted' = '[]' THEN NULL
        WHEN jsonb_array_length(level -> 'wanted') = 1 AND NOT (level ->> 'wants_composite')::boolean
            THEN format('%s IS NOT NULL', level -> 'wanted' ->> 0)
        ELSE format('pg_catalog.num_nonnulls(%s) OPERATOR(pg_catalog.>) 0',
                    array_to_string(ARRAY(SELECT jsonb_array_elements_text(level -> 'wanted')), ', '))
    END
    WHERE (level ->> 'optional')::boolean
$$;

-- Conditions under which a parent is still to be found.
CREATE OR REPLACE FUNCTION dup_select_private.level_pending(level jsonb) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT array_remove(ARRAY[
        CASE
            WHEN cardinality(r.own) > 1
                THEN format('pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.>) 0', array_to_string(r.own, ', '))
            WHEN r.above = '{}' THEN r.own[1] || ' IS NULL'
        END,
        CASE
            WHEN r.above <> '{}'
                THEN format('pg_catalog.num_nonnulls(%s) OPERATOR(pg_catalog.=) 0', array_to_string(
                    CASE WHEN cardinality(r.own) > 1 THEN r.above ELSE r.own || r.above END, ', '))
        END,
        dup_select_private.level_wanted(level)], NULL)
    FROM (SELECT ARRAY(SELECT jsonb_array_elements_text(level -> 'own')) AS own,
                 ARRAY(SELECT jsonb_array_elements_text(level -> 'above')) AS above) AS r
$$;

-- One text per column that is filled: its name, or its value.
CREATE OR REPLACE FUNCTION dup_select_private.level_values(level jsonb, field text) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT array_agg(CASE WHEN field = 'column' THEN quote_ident(c.value ->> 'column') ELSE c.value ->> field END ORDER BY c.n)
    FROM jsonb_array_elements(level -> 'columns') WITH ORDINALITY AS c (value, n)
$$;

-- INSERT INTO with the column list.
CREATE OR REPLACE FUNCTION dup_select_private.level_insert_head(level jsonb, indent integer) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('INSERT INTO %s%s (%s)%s', level ->> 'table',
        CASE WHEN (level ->> 'triggered')::boolean AND level ? 'index' THEN ' AS existing' END,
        dup_select_private.level_list(dup_select_private.level_values(level, 'column'), ', ', indent + 4),
        CASE WHEN EXISTS (SELECT FROM jsonb_array_elements(level -> 'columns') AS c WHERE (c.value ->> 'always')::boolean)
            THEN chr(10) || repeat(' ', indent) || 'OVERRIDING SYSTEM VALUE' ELSE '' END)
$$;

-- How ON CONFLICT names the natural key. NULL where there is none.
CREATE OR REPLACE FUNCTION dup_select_private.level_conflict_target(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('ON CONFLICT (%s)%s',
        (SELECT string_agg(e.value ->> 'element', ', ' ORDER BY e.n)
         FROM jsonb_array_elements(level -> 'elements') WITH ORDINALITY AS e (value, n)),
        ' WHERE ' || (level ->> 'where'))
    WHERE level ? 'index'
$$;

-- ON CONFLICT clause of the natural key; where BEFORE triggers may change that, it leaves these columns of the row that stands in
-- level_found_setting(). NULL where there is no natural key. What a BEFORE trigger made of the key shows only inside ON CONFLICT.
-- The UPDATE is refused by its WHERE clause, which leaves word of the row: it is locked, but not written, and no UPDATE trigger
-- for each row fires.
CREATE OR REPLACE FUNCTION dup_select_private.level_conflict(level jsonb, returned text[]) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.level_conflict_target(level)
        || CASE
            WHEN (level ->> 'triggered')::boolean THEN format(
' DO UPDATE SET %1$I = existing.%1$I
            WHERE pg_catalog.set_config(%2$s, pg_catalog.jsonb_build_array(%3$s)::pg_catalog.text, true) IS NULL',
                dup_select_private.settable_column((level ->> 'relation')::oid), dup_select_private.level_found_setting(),
                dup_select_private.level_list(ARRAY(SELECT dup_select_private.level_key_text(level, r.name,
                    format('existing.%I', r.name))
                                            FROM unnest(returned) WITH ORDINALITY AS r (name, n) ORDER BY r.n), ', ', 16))
            ELSE ' DO NOTHING'
        END
$$;

-- A column of a key as what goes into the jsonb in which the key of a row that stands is told. A text of a timestamptz has the
-- abbreviation of its zone under DateStyle SQL or German, which is read as that of another zone.
CREATE OR REPLACE FUNCTION dup_select_private.level_key_text(level jsonb, column_name text, reference text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(CASE WHEN c.base_type ~ '^(date|timestamp)' THEN 'pg_catalog.to_jsonb(%s)' ELSE '%s::pg_catalog.text' END,
                  reference)
    FROM dup_select_private.plan_table_columns((level ->> 'relation')::oid) AS c WHERE c.column_name = level_key_text.column_name
$$;

-- found_setting() as text, for SQL that needs no part of dup_select: where level_conflict() leaves word of the row that stands.
-- One for each depth: a trigger for the statement may insert through another view before the setting is read.
CREATE OR REPLACE FUNCTION dup_select_private.level_found_setting() RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT 'pg_catalog.format(''dup_select.found_at_depth_%s'', pg_catalog.pg_trigger_depth())'
$$;
