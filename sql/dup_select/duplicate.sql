SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- By which index to look for the row that a 23505 with these diagnostics speaks of, whether a part of its key is filled in by the
-- server, and whether BEFORE triggers may have changed it. No index where the error must be let through: it is about another
-- table, about a number drawn from a sequence, or by a trigger and an index that ON CONFLICT cannot name.
CREATE FUNCTION dup_select_private.find_duplicate(
    target regclass, given text[], schema_name text, table_name text, constraint_name text,
    OUT index regclass, OUT hidden boolean, OUT by_trigger boolean, OUT pinned boolean)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_reported regclass := dup_select_private.reported_index(schema_name, table_name, constraint_name);
    v_index    regclass := dup_select_private.target_index(target, v_reported);
    v_key      record;
    v_facts    record;
BEGIN
    SELECT * INTO v_key FROM dup_select_private.hidden_key(v_index, given);
    SELECT * INTO v_facts FROM dup_select_private.index_facts(v_index);
    hidden := v_key.hidden;
    pinned := dup_select_private.is_pinned(ARRAY[target, v_facts.indexed]);
    by_trigger := dup_select_private.has_before_trigger(target, v_reported);
    IF v_key.numbered THEN
        RETURN; -- a sequence lags behind its table: the row that has the number is not this one
    END IF;
    IF by_trigger
        AND (NOT v_facts.immediate OR v_facts.indexed <> target OR dup_select_private.settable_column(target) IS NULL) THEN
        RETURN; -- no ON CONFLICT by this index
    END IF;
    index := v_index;
END
$$;

-- The unique index that the diagnostics of a 23505 name. NULL where there is none: the error was raised by hand.
CREATE FUNCTION dup_select_private.reported_index(schema_name text, table_name text, constraint_name text)
RETURNS regclass
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
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

-- Whether a row of which these columns are given hides a part of its key (a default, a generated column), and whether that is a
-- number that the server drew from a sequence. What stays unshown would find another row, or none.
CREATE FUNCTION dup_select_private.hidden_key(index regclass, given text[], OUT hidden boolean, OUT numbered boolean)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT coalesce(bool_or(k.column_name <> ALL (given)), false),
           coalesce(bool_or(k.numbered AND k.column_name <> ALL (given)), false)
        INTO hidden, numbered
    FROM dup_select_private.key_columns(index) k;
END
$$;
