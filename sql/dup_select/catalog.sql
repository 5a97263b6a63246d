SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- Columns of a table as the toolkit sees them: what fills them, and from what; NULL where nothing does. Where a domain is unfit
-- (plan_base_type), type is that below it; base_type is below any domain and has no modifier. stored_as: the type that the text
-- of a default, or of a generated column, has yet to be cast to before it is looked up. A default is volatile where a function in
-- it is: nextval, gen_random_uuid. pg_depend does not record built-in functions, the stored tree names them. A column without a
-- default has that of its domain. pg_get_expr leaves out implicit casts: of a default 1.005 the column gets 1.01 where it is
-- numeric(5,2), so it must be looked up as that. base_type has modifier -1 and not NULL, with which bpchar would be called
-- character, which is character(1).
CREATE OR REPLACE FUNCTION dup_select_private.plan_table_columns(relation oid) RETURNS TABLE (
    attnum integer, column_name text, type text, base_type text, collation_id oid, required boolean,
    generated text, generated_from integer[], fallback text, volatile_fallback text, always boolean, unfit boolean,
    composite boolean, stored_as text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT a.attnum, a.attname, c.type, format_type(coalesce(b.type, a.atttypid), -1), a.attcollation,
           dup_select_private.plan_is_not_null(a),
           CASE WHEN a.attgenerated <> '' THEN d.text END,
           CASE WHEN a.attgenerated <> '' THEN dup_select_private.plan_expression_columns(d.tree) END,
           CASE WHEN a.attgenerated = '' AND NOT d.volatile THEN d.text END,
           CASE
               WHEN a.attidentity <> '' THEN
                   format('pg_catalog.nextval(%L)', pg_get_serial_sequence(relation::regclass::text, a.attname))
               WHEN a.attgenerated = '' AND d.volatile THEN d.text
           END,
           a.attidentity = 'a', coalesce(b.unfit, false), dup_select_private.plan_is_composite(a.atttypid),
           CASE WHEN d.cast_silently THEN c.type END
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN LATERAL dup_select_private.plan_base_type(t.oid) AS b ON t.typtype = 'd'
    CROSS JOIN LATERAL (
        SELECT CASE WHEN b.unfit THEN format_type(b.type, b.modifier) ELSE format_type(a.atttypid, a.atttypmod) END AS type
    ) AS c
    LEFT JOIN pg_attrdef x ON x.adrelid = a.attrelid AND x.adnum = a.attnum
    LEFT JOIN LATERAL (
        SELECT dup_select_private.plan_qualified(pg_get_expr(s.tree, a.attrelid)) AS text, s.tree::text AS tree,
               s.tree::text ~ ':(func|relabel|coerce|coercion)format 2' AS cast_silently,
               EXISTS (SELECT FROM regexp_matches(s.tree::text, ':(?:funcid|opfuncid) ([0-9]+)', 'g') AS f (match)
                       JOIN pg_proc p ON p.oid = f.match[1]::oid AND p.provolatile = 'v') AS volatile
        FROM coalesce(x.adbin, t.typdefaultbin) AS s (tree)
        WHERE s.tree IS NOT NULL
    ) AS d ON true
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- Whether no row of the table, old or new, has NULL in a column. pg_attribute says so of a constraint that is NOT VALID, too,
-- which PostgreSQL has since version 18.
CREATE OR REPLACE FUNCTION dup_select_private.plan_is_not_null("column" pg_attribute) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT "column".attnotnull AND NOT EXISTS (
        SELECT
        FROM pg_constraint c
        WHERE c.conrelid = "column".attrelid AND c.contype = 'n' AND c.conkey = ARRAY["column".attnum] AND NOT c.convalidated)
$$;

-- Schema-qualified name of a table, quoted where needed. NULL for no table.
CREATE OR REPLACE FUNCTION dup_select_private.table_name(relation oid) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('%I.%I', n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = relation
$$;

-- Columns of the primary key. Empty where there is none.
CREATE OR REPLACE FUNCTION dup_select_private.plan_primary_key(relation oid) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(array_agg(a.attname::text ORDER BY k.n), '{}')
    FROM pg_index i
    CROSS JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, n)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE i.indrelid = relation AND i.indisprimary AND k.n <= i.indnkeyatts
$$;

-- Numbers of the columns that a key is computed from.
CREATE OR REPLACE FUNCTION dup_select_private.plan_key_sources(key pg_index) RETURNS smallint[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.plan_expression_columns(key.indexprs::text)::smallint[]
        || ARRAY(SELECT unnest(c.generated_from)::smallint
                 FROM dup_select_private.plan_table_columns(key.indrelid) AS c
                 WHERE c.attnum = ANY (key.indkey::smallint[]
                                       || dup_select_private.plan_expression_columns(key.indexprs::text)::smallint[]))
$$;

-- Whether a unique index is on these columns, in any order, and on all rows.
CREATE OR REPLACE FUNCTION dup_select_private.plan_is_index_of(index_id oid, columns text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT i.indpred IS NULL AND i.indexprs IS NULL AND (
        SELECT array_agg(a.attname::text ORDER BY a.attname::text) = ARRAY(SELECT c FROM unnest(columns) AS c ORDER BY c)
        FROM pg_attribute a
        WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::smallint[])[0 : i.indnkeyatts - 1]))
    FROM pg_index i WHERE i.indexrelid = index_id
$$;

-- Unique indexes that can be the natural key, the preferred one first. Unique indexes whose key a row's mapped values determine,
-- or a BEFORE trigger may. In the order of preference: those that the values show, those that need no default, whole ones before
-- partial ones, others before the primary key, by name.
CREATE OR REPLACE FUNCTION dup_select_private.plan_key_candidates(relation oid, mapped text[])
RETURNS TABLE (index_id oid, name text, shown boolean)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH columns AS (
        SELECT c.attnum, c.column_name = ANY (plan_key_candidates.mapped) OR coalesce(g.mapped, false) AS mapped,
               c.column_name = ANY (plan_key_candidates.mapped) OR coalesce(g.told, c.volatile_fallback IS NULL) AS told,
               c.column_name <> ALL (plan_key_candidates.mapped) AND c.generated IS NULL AND c.fallback IS NULL AS absent
        FROM dup_select_private.plan_table_columns(relation) AS c
        LEFT JOIN LATERAL (
            SELECT bool_and(f.column_name = ANY (plan_key_candidates.mapped)) AS mapped,
                   bool_and(f.column_name = ANY (plan_key_candidates.mapped) OR f.volatile_fallback IS NULL) AS told
            FROM dup_select_private.plan_table_columns(relation) AS f
            WHERE f.attnum = ANY (c.generated_from)
        ) AS g ON c.generated IS NOT NULL
    ), keys AS (
        SELECT i.indexrelid, i.indisprimary, i.indpred, i.indnullsnotdistinct,
               dup_select_private.plan_expression_columns(i.indpred::text) AS predicate_columns,
               ARRAY(SELECT k.attnum FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, n)
                     WHERE k.n <= i.indnkeyatts AND k.attnum <> 0) AS plain_columns,
               dup_select_private.plan_expression_columns(i.indexprs::text) AS expression_columns
        FROM pg_index i
        WHERE i.indrelid = relation AND i.indisunique AND i.indisvalid AND i.indimmediate
          AND NOT i.indisexclusion
    )
    SELECT k.indexrelid, c.relname, s.shown
    FROM keys k
    JOIN pg_class c ON c.oid = k.indexrelid
    CROSS JOIN LATERAL (
        SELECT bool_and(x.mapped) AS mapped, bool_and(x.told) AS told,
               bool_or(x.mapped)
                   AND (k.indnullsnotdistinct OR NOT bool_or(x.absent AND x.attnum = ANY (k.plain_columns))) AS shown
        FROM columns x
        WHERE x.attnum = ANY (k.plain_columns) OR x.attnum = ANY (k.expression_columns)
    ) AS s
    WHERE 0 <> ALL (k.expression_columns || k.predicate_columns) -- the whole row
      AND s.told AND (s.shown OR dup_select_private.plan_is_triggered(relation))
      AND NOT EXISTS (SELECT FROM columns x WHERE x.attnum = ANY (k.predicate_columns) AND NOT x.told)
    ORDER BY NOT s.shown, NOT s.mapped, k.indpred IS NOT NULL, k.indisprimary, c.relname
$$;

-- Whether a foreign key is one that a path can follow: of the table itself, and not to a period. A reference to a partitioned
-- table has a clone for each partition, on the same table; a partition has one that it inherited.
CREATE OR REPLACE FUNCTION dup_select_private.plan_is_own(foreign_key pg_constraint) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT NOT EXISTS (SELECT FROM pg_constraint p
                       WHERE p.oid = foreign_key.conparentid AND p.conrelid = foreign_key.conrelid)
       AND NOT dup_select_private.plan_is_temporal(foreign_key)
$$;

-- Whether a foreign key ends in PERIOD: it refers to rows that together cover a range, not to one row. pg_constraint has the
-- column since PostgreSQL 18.
CREATE OR REPLACE FUNCTION dup_select_private.plan_is_temporal(foreign_key pg_constraint) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce((to_jsonb(foreign_key) ->> 'conperiod')::boolean, false)
$$;

-- Whether a BEFORE INSERT trigger of the table or of a partition may give a row another key than it came with.
CREATE OR REPLACE FUNCTION dup_select_private.plan_is_triggered(relation oid) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.has_before_trigger(relation, NULL)
        OR EXISTS (SELECT FROM pg_partition_tree(relation) AS p WHERE dup_select_private.has_before_trigger(p.relid, NULL))
$$;

-- Whether a BEFORE INSERT trigger of a table, or of the table of the index, may give a row another key than it came with. Row
-- triggers of a partitioned table are cloned to its partitions; a partition may have more of them.
CREATE OR REPLACE FUNCTION dup_select_private.has_before_trigger(target regclass, reported_index regclass) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT EXISTS (
            SELECT
            FROM pg_trigger t
            WHERE t.tgrelid IN (target, (SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = reported_index))
                AND t.tgtype & 7 = 7 -- ROW, BEFORE, INSERT
                AND t.tgenabled <> 'D' AND NOT t.tgisinternal));
END
$$;

-- The column that an UPDATE of a row by the caller may best name. NULL where the server fills all of them. A column that may be
-- named after SET: where there is a choice, one that is in no unique index, because a row is then locked as for a change that
-- leaves its keys alone, and foreign keys to it can still be checked.
CREATE OR REPLACE FUNCTION dup_select_private.settable_column(target regclass) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT a.attname
        FROM pg_attribute a
        WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
        ORDER BY has_column_privilege(target, a.attnum, 'UPDATE') DESC,
                 EXISTS (SELECT FROM pg_index i
                         WHERE i.indrelid = target AND i.indisunique AND a.attnum = ANY (i.indkey::smallint[])),
                 a.attnum
        LIMIT 1);
END
$$;
