SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- What a row that is inserted by itself needs of the catalog. It is asked for each row: no more than is needed, and in PL/pgSQL,
-- which keeps its plans.

CREATE TYPE dup_select_private.unique_facts AS (
    indexes regclass[], columns text[], generated text[], exclusion boolean, valid boolean, immediate boolean,
    on_expression boolean, partial boolean, triggered boolean);
COMMENT ON TYPE dup_select_private.unique_facts IS
    'The unique indexes and exclusion constraints of a table. All but the first field is about the first of them.';
COMMENT ON COLUMN dup_select_private.unique_facts.columns IS 'Of its key; expressions are left out.';
COMMENT ON COLUMN dup_select_private.unique_facts.generated IS 'Those of them that the server computes.';
COMMENT ON COLUMN dup_select_private.unique_facts.immediate IS 'It is not deferrable.';
COMMENT ON COLUMN dup_select_private.unique_facts.triggered IS
    'A BEFORE INSERT trigger of the table or of a partition may give a row another key than it came with.';

-- The table whose row type this is. 42809 where it is that of no table: a view, a domain, a scalar.
CREATE FUNCTION dup_select_private.target_table(row_type regtype) RETURNS regclass
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_table regclass;
BEGIN
    SELECT c.oid INTO v_table
    FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.oid = row_type AND c.relkind IN ('r', 'p');
    IF NOT FOUND THEN
        RAISE EXCEPTION '% is not the row type of a table', row_type
            USING ERRCODE = 'wrong_object_type', HINT = 'Give a row of the table: ROW(...)::the_schema.the_table.';
    END IF;
    RETURN v_table;
END
$$;

-- The columns of a row that an INSERT of it names, in their order: all but those which are generated, and those which are NULL in
-- the row and have a default, are an identity, or may not be inserted by the caller. IS NOT DISTINCT FROM NULL and not IS NULL,
-- which is also true of a composite value whose fields are all NULL. Columns are asked about only where it matters, which takes
-- time: NULL means a default, or must not be named for want of a right.
CREATE FUNCTION dup_select_private.given_columns(new anyelement) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_columns text[];
    v_tests   text;
    v_left    text[];
BEGIN
    SELECT array_agg(a.attname ORDER BY a.attnum),
           string_agg(format('CASE WHEN ($1).%I IS NOT DISTINCT FROM NULL THEN %1$L END', a.attname), ', ')
               FILTER (WHERE a.atthasdef OR a.attidentity <> ''
                           OR (SELECT t.typdefault FROM pg_type t WHERE t.oid = a.atttypid) IS NOT NULL
                           OR NOT has_column_privilege(a.attrelid, a.attnum, 'INSERT'))
        INTO v_columns, v_tests
    FROM pg_attribute a
    WHERE a.attrelid = (SELECT typrelid FROM pg_type WHERE oid = pg_typeof(new)) AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attgenerated = '';
    IF v_tests IS NOT NULL THEN
        EXECUTE format('SELECT ARRAY[%s]', v_tests) INTO v_left USING new;
        v_columns := ARRAY(SELECT c FROM unnest(v_columns) WITH ORDINALITY AS u (c, n) WHERE c <> ALL (array_remove(v_left, NULL))
                           ORDER BY n);
    END IF;
    RETURN coalesce(v_columns, '{}');
END
$$;

-- The unique index that the diagnostics of a 23505 name. NULL where there is none: the error was raised by hand.
CREATE FUNCTION dup_select_private.reported_index(schema_name text, table_name text, constraint_name text)
RETURNS regclass
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT i.indexrelid::regclass
        FROM pg_namespace n
        JOIN pg_class t ON t.relnamespace = n.oid
        JOIN pg_index i ON i.indrelid = t.oid
        JOIN pg_class x ON x.oid = i.indexrelid
        WHERE n.nspname = schema_name AND t.relname = table_name AND x.relname = constraint_name
            AND i.indisunique AND NOT i.indisexclusion);
END
$$;

-- The index by which to look for the duplicate of a row of the target that a reported index found: the target's own, or that of
-- its partition or child. NULL where the error is about another table. A partition reports its own index; that of the partitioned
-- table can be looked up with the rights on it alone. A trigger may have sent the row to a child that inherits; columns that only
-- the child has are not in the row.
CREATE FUNCTION dup_select_private.target_index(target regclass, reported regclass) RETURNS regclass
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN (
        WITH RECURSIVE indexes (index, indexed) AS (
            SELECT i.indexrelid, i.indrelid FROM pg_index i WHERE i.indexrelid = reported
            UNION
            SELECT i.indexrelid, i.indrelid
            FROM indexes x
            JOIN pg_inherits h ON h.inhrelid = x.index
            JOIN pg_index i ON i.indexrelid = h.inhparent
        ), tables (relation) AS (
            SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = reported
            UNION
            SELECT h.inhparent FROM tables t JOIN pg_inherits h ON h.inhrelid = t.relation
        )
        SELECT coalesce(
            (SELECT x.index FROM indexes x WHERE x.indexed = target),
            (SELECT i.indexrelid
             FROM pg_index i
             WHERE i.indexrelid = reported AND target IN (SELECT t.relation FROM tables t)
                 AND NOT EXISTS (SELECT
                                 FROM pg_attribute c
                                 LEFT JOIN pg_attribute p ON p.attrelid = target AND p.attname = c.attname
                                 WHERE c.attrelid = i.indrelid AND c.attnum > 0 AND NOT c.attisdropped
                                     AND p.attname IS NULL))));
END
$$;

-- The table of an index and its name, whether NULLs are equal in it, whether it is checked at once, its predicate.
CREATE FUNCTION dup_select_private.index_facts(
    index regclass, OUT indexed regclass, OUT table_name text, OUT nulls_not_distinct boolean, OUT immediate boolean,
    OUT predicate pg_node_tree)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT i.indrelid, c.relname, i.indnullsnotdistinct, i.indimmediate, i.indpred
        INTO indexed, table_name, nulls_not_distinct, immediate, predicate
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE i.indexrelid = index;
END
$$;

-- The columns that decide the key of a unique index, with those that its generated columns are computed from, each with whether
-- it is generated, and whether it is filled from a sequence where no value is given. pg_depend names the columns of expressions,
-- but for an index also those of its predicate and those that it only includes: the duplicate is not looked for by these.
CREATE FUNCTION dup_select_private.key_columns(index regclass)
RETURNS TABLE (column_name text, generated boolean, numbered boolean)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN QUERY
    WITH named AS (
        SELECT a.attrelid, a.attnum, a.attgenerated
        FROM pg_index i
        JOIN pg_attribute a ON a.attrelid = i.indrelid
        WHERE i.indexrelid = index
            AND (a.attnum = ANY ((i.indkey::smallint[])[0 : i.indnkeyatts - 1])
                OR a.attnum = ANY (dup_select_private.expression_columns(i.indexprs::text)))
    ), all_named AS (
        SELECT attrelid, attnum FROM named
        UNION
        SELECT g.attrelid, d.refobjsubid
        FROM named g
        JOIN pg_attrdef e ON e.adrelid = g.attrelid AND e.adnum = g.attnum
        JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = e.oid
            AND d.refclassid = 'pg_class'::regclass AND d.refobjid = g.attrelid
        WHERE g.attgenerated <> ''
    )
    SELECT a.attname::text, a.attgenerated <> '',
           a.attidentity <> '' OR EXISTS (
               SELECT
               FROM pg_attrdef e
               JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = e.oid AND d.refclassid = 'pg_class'::regclass
               JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
               WHERE e.adrelid = a.attrelid AND e.adnum = a.attnum)
    FROM all_named n
    JOIN pg_attribute a ON a.attrelid = n.attrelid AND a.attnum = n.attnum
    WHERE a.attnum > 0;
END
$$;

-- All columns of a table, in its order, each with the expression that fills it where it is not given: its default or what it is
-- generated from. NULL where that draws a number from a sequence, which cannot be repeated.
CREATE FUNCTION dup_select_private.column_sources(target regclass, given text[])
RETURNS TABLE (attnum smallint, column_name text, generated boolean, source pg_node_tree)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT a.attnum, a.attname::text, a.attgenerated <> '',
           CASE
               WHEN a.attname = ANY (given) OR EXISTS (
                       SELECT
                       FROM pg_depend d
                       JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
                       WHERE d.classid = 'pg_attrdef'::regclass AND d.objid = e.oid AND d.refclassid = 'pg_class'::regclass)
                   THEN NULL
               ELSE coalesce(e.adbin, t.typdefaultbin)
           END
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
    WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum;
END
$$;

-- The unique and exclusion constraints of a table: all of them, and the first one's columns and kind.
CREATE FUNCTION dup_select_private.unique_facts(target regclass) RETURNS dup_select_private.unique_facts
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT ROW(x.indexes, k.columns, k.generated, i.indisexclusion, i.indisvalid, i.indimmediate, i.indexprs IS NOT NULL,
                   i.indpred IS NOT NULL,
                   t.may_have_triggers AND dup_select_private.has_before_trigger(
                       target::oid || ARRAY(SELECT p.relid::oid FROM pg_partition_tree(target) p))
               )::dup_select_private.unique_facts
        FROM (SELECT array_agg(i.indexrelid::regclass ORDER BY i.indexrelid) AS indexes
              FROM pg_index i WHERE i.indrelid = target AND (i.indisunique OR i.indisexclusion)) x
        LEFT JOIN pg_index i ON i.indexrelid = x.indexes[1]
        CROSS JOIN (SELECT c.relhastriggers OR c.relkind = 'p' AS may_have_triggers FROM pg_class c WHERE c.oid = target) t
        CROSS JOIN LATERAL (
            SELECT array_agg(a.attname ORDER BY k.n) AS columns,
                   array_agg(a.attname ORDER BY k.n) FILTER (WHERE a.attgenerated <> '') AS generated
            FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, n)
            JOIN pg_attribute a ON a.attrelid = target AND a.attnum = k.attnum
            WHERE k.n <= i.indnkeyatts
        ) k);
END
$$;
