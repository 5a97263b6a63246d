SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The row whose key in a unique index is that of the given row, found by a scan of that index; no row where it has gone, or where
-- the caller's snapshot or a row security policy hides it. A value that is NULL can be a duplicate only where NULLs are not
-- distinct. Which are NULL is asked first: an OR over both cases would not use the index.
CREATE OR REPLACE FUNCTION dup_select_private.existing_row(new anyelement, index regclass) RETURNS SETOF anyelement
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_target    pg_catalog.regclass := dup_select_private.target_table(pg_catalog.pg_typeof(new));
    v_facts     record;
    v_nulls     boolean[];
    v_condition pg_catalog.text;
BEGIN
    SELECT * INTO v_facts FROM dup_select_private.index_facts(index);
    IF v_facts.nulls_not_distinct THEN
        EXECUTE (SELECT pg_catalog.format('SELECT ARRAY[%s]', pg_catalog.string_agg(
                     pg_catalog.format('%s IS NOT DISTINCT FROM NULL', p.given), ', ' ORDER BY p.part))
                 FROM dup_select_private.key_parts(index) p) INTO v_nulls USING new;
    END IF;
    SELECT pg_catalog.string_agg(
               CASE
                   WHEN v_nulls[p.part] THEN pg_catalog.format('%s IS NOT DISTINCT FROM NULL', p.stored)
                   ELSE pg_catalog.format('%s %s %s', p.stored, p.operator_name, p.given)
               END, ' AND ' ORDER BY p.part)
        INTO v_condition
    FROM dup_select_private.key_parts(index) p;
    RETURN QUERY EXECUTE pg_catalog.format('SELECT %s %s WHERE %s AND (%s)',
        dup_select_private.column_list(v_target), dup_select_private.from_table(v_facts.indexed), v_condition,
        coalesce(pg_catalog.pg_get_expr(v_facts.predicate, v_facts.indexed), 'true')) USING new;
END
$$;

-- existing_row for tables whose expressions cannot be printed for the caller's search_path.
CREATE OR REPLACE FUNCTION dup_select_private.existing_row_pinned(new anyelement, index regclass) RETURNS SETOF anyelement
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT * FROM dup_select_private.existing_row(new, index);
END
$$;

-- A row as an INSERT of the given columns would store it, where no trigger changes it: with defaults and generated columns.
-- Numbers from sequences stay NULL. Defaults first: generated columns are computed from them. No search_path is set, as in
-- key_parts(). A default that gives another value each time yields a row that nothing equals, so that the next try draws afresh.
CREATE OR REPLACE FUNCTION dup_select_private.stored_row(new anyelement, given text[], OUT stored anyelement)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_target    pg_catalog.regclass := dup_select_private.target_table(pg_catalog.pg_typeof(new));
    v_generated boolean;
    v_list      pg_catalog.text;
BEGIN
    stored := new;
    FOREACH v_generated IN ARRAY ARRAY[false, true] LOOP
        SELECT pg_catalog.string_agg(
                   CASE
                       WHEN c.source IS NOT NULL AND CASE WHEN v_generated THEN c.generated ELSE NOT c.generated END
                           THEN pg_catalog.pg_get_expr(c.source, v_target)
                       ELSE pg_catalog.quote_ident(c.column_name)
                   END, ', ' ORDER BY c.attnum)
            INTO v_list
        FROM dup_select_private.column_sources(v_target, given) c;
        EXECUTE pg_catalog.format('SELECT %s FROM pg_catalog.unnest(ARRAY[$1]) AS given', v_list) INTO stored USING stored;
    END LOOP;
END
$$;

-- stored_row for tables whose expressions cannot be printed for the caller's search_path.
CREATE OR REPLACE FUNCTION dup_select_private.stored_row_pinned(new anyelement, given text[], OUT stored anyelement)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    stored := dup_select_private.stored_row(new, given);
END
$$;

-- All columns of a table, in its order, each with the expression that fills it where it is not given: its default or what it is
-- generated from. NULL where that draws a number from a sequence, which cannot be repeated.
CREATE OR REPLACE FUNCTION dup_select_private.column_sources(target regclass, given text[])
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

-- The parts of a unique index's key as SQL text: what is stored, the equality operator, what is given in the row $1, and how ON
-- CONFLICT names it. The text holds for the search_path in force. The server prints expressions for the search_path in force.
-- This function sets none, because what it says is run under the caller's. Names of columns mean the given row inside the
-- subquery, and the table's outside.
CREATE OR REPLACE FUNCTION dup_select_private.key_parts(index regclass)
RETURNS TABLE (part integer, stored text, operator_name text, given text, arbiter text)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN QUERY
    SELECT k.part,
           pg_catalog.format('(%s)%s%s', d.definition, k.cast_to, k.collation_name),
           k.operator_name,
           CASE
               WHEN k.column_name IS NOT NULL THEN pg_catalog.format('($1).%I%s', k.column_name, k.cast_to)
               ELSE pg_catalog.format('(SELECT %s FROM pg_catalog.unnest(ARRAY[$1]) AS %I)%s',
                                      d.definition, k.table_name, k.cast_to)
           END,
           pg_catalog.format('(%s)%s %s', d.definition, k.collation_name, k.opclass_name)
    FROM dup_select_private.index_keys(index) k
    CROSS JOIN LATERAL pg_catalog.pg_get_indexdef(index, k.part, false) AS d (definition);
END
$$;

-- The parts of a unique index's key: the table, the column (NULL: an expression), and as SQL text the cast to what the operator
-- class compares (where needed), the collation (where there is one), the equality operator, the operator class. Planned once:
-- planning takes five times as long as running.
CREATE OR REPLACE FUNCTION dup_select_private.index_keys(index regclass)
RETURNS TABLE (
    part integer, table_name text, column_name text, cast_to text, collation_name text, operator_name text, opclass_name text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN QUERY
    SELECT x.attnum::integer,
           (SELECT t.relname::text FROM pg_class t WHERE t.oid = i.indrelid),
           (SELECT a.attname::text FROM pg_attribute a
            WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[x.attnum - 1] AND a.attnum > 0),
           coalesce((SELECT format('::%I.%I', n.nspname, t.typname) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                     WHERE t.oid = c.opcintype AND t.oid <> x.atttypid AND t.typtype <> 'p'), ''),
           coalesce((SELECT format(' COLLATE %I.%I', n.nspname, l.collname)
                     FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
                     WHERE l.oid = i.indcollation[x.attnum - 1]), ''),
           (SELECT format('OPERATOR(%I.%s)', n.nspname, e.oprname)
            FROM pg_amop o JOIN pg_operator e ON e.oid = o.amopopr JOIN pg_namespace n ON n.oid = e.oprnamespace
            WHERE o.amopfamily = c.opcfamily AND o.amoplefttype = c.opcintype AND o.amoprighttype = c.opcintype
                AND o.amopstrategy = 3), -- equality, of a B-tree
           (SELECT format('%I.%I', n.nspname, c.opcname) FROM pg_namespace n WHERE n.oid = c.opcnamespace)
    FROM pg_index i
    JOIN pg_attribute x ON x.attrelid = i.indexrelid AND x.attnum <= i.indnkeyatts
    JOIN pg_opclass c ON c.oid = i.indclass[x.attnum - 1]
    WHERE i.indexrelid = index
    ORDER BY x.attnum;
END
$$;
