SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- What a plan of put_schema asks of the catalog beyond the facts of its tables.

-- The relations of a schema that have rows to read. Partitions are read with their table. Of the temporary tables of the session
-- those named put_.. are what this leaves behind.
CREATE FUNCTION dup_select_private.schema_tables(schema regnamespace, views boolean)
RETURNS TABLE (id oid, name text, is_table boolean)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT c.oid, c.relname, c.relkind IN ('r', 'p', 'f')
    FROM pg_class c
    WHERE c.relnamespace = schema AND NOT c.relispartition
        AND (c.relkind IN ('r', 'p', 'f') OR views AND c.relkind IN ('v', 'm'))
        AND NOT (schema = pg_my_temp_schema() AND c.relname LIKE 'put\_%')
$$;

-- The table of that name, in a schema where the name has none. NULL where there is none.
CREATE FUNCTION dup_select_private.table_named(name text, schema regnamespace) RETURNS oid
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT c.oid
    FROM parse_ident(table_named.name) AS p (path)
    JOIN pg_class c ON c.relname = p.path[cardinality(p.path)] AND c.relkind IN ('r', 'p')
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE CASE cardinality(p.path) WHEN 1 THEN n.oid = schema WHEN 2 THEN n.nspname = p.path[1] END
$$;

-- Columns of a table with their types, or, where a domain is unfit, that below it.
CREATE FUNCTION dup_select_private.columns_of_input(input oid) RETURNS TABLE (name text, type text)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN QUERY
        SELECT a.attname::text,
               CASE WHEN b.unfit THEN format_type(b.type, b.modifier) ELSE format_type(a.atttypid, a.atttypmod) END
        FROM pg_attribute a
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN LATERAL dup_select_private.type_below(t.oid) b ON t.typtype = 'd'
        WHERE a.attrelid = input AND a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attnum;
END
$$;

-- The domain of a column, if it has CHECKs and is unfit for a work table. NULL for others.
CREATE FUNCTION dup_select_private.unfit_domain(relation oid, attnum integer) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        WITH RECURSIVE domains AS (
            SELECT t.oid, t.typbasetype
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = relation AND a.attnum = unfit_domain.attnum AND t.typtype = 'd'
            UNION ALL
            SELECT t.oid, t.typbasetype FROM domains d JOIN pg_type t ON t.oid = d.typbasetype WHERE t.typtype = 'd'
        )
        SELECT format_type(a.atttypid, NULL)
        FROM pg_attribute a
        CROSS JOIN LATERAL dup_select_private.type_below(a.atttypid) b
        WHERE a.attrelid = relation AND a.attnum = unfit_domain.attnum AND b.unfit
            AND EXISTS (SELECT FROM domains d JOIN pg_constraint c ON c.contypid = d.oid AND c.contype = 'c'));
END
$$;

-- Condition under which a partition takes a row, of partitioned tables. No row for others, where a partition takes all, as a lone
-- default one does, and where there are more than 100 partitions: the INSERT says then what none takes.
CREATE FUNCTION dup_select_private.partitions_of(relation oid, columns dup_select_private.column_facts[])
RETURNS TABLE (expression text, columns integer[])
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT string_agg(dup_select_private.qualified(pg_get_partition_constraintdef(p.relid)), ' OR '),
           ARRAY(SELECT c.number FROM unnest(partitions_of.columns) c)
    FROM pg_partition_tree(relation) p
    WHERE p.isleaf AND p.level > 0
    HAVING count(*) BETWEEN 1 AND 100 AND bool_and(pg_get_partition_constraintdef(p.relid) <> '')
$$;

-- CHECK constraints that hold for new rows, as expressions with all names in full.
CREATE FUNCTION dup_select_private.checks_of(relation oid) RETURNS TABLE (name text, expression text, columns integer[])
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT c.conname, dup_select_private.qualified(pg_get_expr(c.conbin, c.conrelid)), c.conkey::integer[]
    FROM pg_constraint c
    WHERE c.conrelid = relation AND c.contype = 'c' AND c.conkey IS NOT NULL AND 0 <> ALL (c.conkey)
        AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
$$;

-- The name of a relation, without its schema.
CREATE FUNCTION dup_select_private.relation_name(relation oid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (SELECT c.relname FROM pg_class c WHERE c.oid = relation);
END
$$;

-- Name in full of the sequence that a column is drawn from: its own, or that of its default, which nobody may own.
CREATE FUNCTION dup_select_private.sequence_of(relation oid, column_name text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(
        pg_get_serial_sequence(dup_select_private.qualified_name(relation), column_name),
        (SELECT dup_select_private.qualified_name(s.oid)
         FROM pg_attribute a
         JOIN pg_attrdef v ON v.adrelid = a.attrelid AND v.adnum = a.attnum
         JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = v.oid AND d.refclassid = 'pg_class'::regclass
         JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
         WHERE a.attrelid = relation AND a.attname = column_name))
$$;

-- Whether a unique index on all rows is on some of these columns.
CREATE FUNCTION dup_select_private.is_unique(relation oid, columns text[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN EXISTS (
        SELECT
        FROM pg_index i
        WHERE i.indrelid = relation AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
            AND NOT EXISTS (
                SELECT
                FROM unnest((i.indkey::smallint[])[0 : i.indnkeyatts - 1]) AS k (attnum)
                JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                WHERE NOT coalesce(a.attname = ANY (is_unique.columns), false)));
END
$$;

-- A setting of work_mem, or what a load has where that is more.
CREATE FUNCTION dup_select_private.memory_to_work(setting text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN pg_size_bytes(setting) < pg_size_bytes('64MB') THEN '64MB' ELSE setting END
$$;
