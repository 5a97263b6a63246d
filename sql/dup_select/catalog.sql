SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

CREATE TYPE dup_select_private.column_facts AS (
    number integer, name text, type text, base_type text, collation_id oid, required boolean, generated boolean, always boolean,
    expression text, expression_columns integer[], literal boolean, volatile boolean, stored_as text, unfit boolean,
    composite boolean);
COMMENT ON TYPE dup_select_private.column_facts IS 'A column of a table, and what fills it where no value is given.';
COMMENT ON COLUMN dup_select_private.column_facts.number IS 'attnum.';
COMMENT ON COLUMN dup_select_private.column_facts.type IS 'Its type with modifier; where a domain is unfit, that below it.';
COMMENT ON COLUMN dup_select_private.column_facts.base_type IS 'The type below any domain, without modifier.';
COMMENT ON COLUMN dup_select_private.column_facts.required IS 'No row of the table, old or new, has NULL in it.';
COMMENT ON COLUMN dup_select_private.column_facts.generated IS 'Its value is computed from other columns, and cannot be given.';
COMMENT ON COLUMN dup_select_private.column_facts.always IS 'An identity that takes a value only by OVERRIDING SYSTEM VALUE.';
COMMENT ON COLUMN dup_select_private.column_facts.expression IS
    'Its default, or that of its domain, or what it is generated from, with all names in full; nextval() for an identity.';
COMMENT ON COLUMN dup_select_private.column_facts.expression_columns IS 'Numbers of the columns that it is generated from.';
COMMENT ON COLUMN dup_select_private.column_facts.literal IS 'The expression is a literal.';
COMMENT ON COLUMN dup_select_private.column_facts.volatile IS 'The default is another one each time.';
COMMENT ON COLUMN dup_select_private.column_facts.stored_as IS
    'The type that the expression has yet to be cast to before it is looked up: the server leaves out implicit casts. '
    'Of a default 1.005 a numeric(5,2) gets 1.01.';
COMMENT ON COLUMN dup_select_private.column_facts.unfit IS
    'Its domain takes no NULL, or has a default: no type for a variable, a column of a view or of the work table.';
COMMENT ON COLUMN dup_select_private.column_facts.composite IS
    'IS NULL is also true of a value whose fields are all NULL, and IS NOT NULL is not its opposite.';

CREATE TYPE dup_select_private.key_part AS (
    number integer, expression text, operator text, collation_clause text, nullable boolean, composite boolean);
COMMENT ON TYPE dup_select_private.key_part IS 'A part of the key of a unique index.';
COMMENT ON COLUMN dup_select_private.key_part.number IS 'attnum of the column, 0 where the part is an expression.';
COMMENT ON COLUMN dup_select_private.key_part.expression IS 'The column, quoted, or the expression, with all names in full.';
COMMENT ON COLUMN dup_select_private.key_part.operator IS
    'Equality by the operator class: citext compared as text would miss rows.';
COMMENT ON COLUMN dup_select_private.key_part.collation_clause IS
    'COLLATE clause of the index. Empty where there is none, or the part is of that collation by itself.';
COMMENT ON COLUMN dup_select_private.key_part.nullable IS 'A row may have NULL in it.';
COMMENT ON COLUMN dup_select_private.key_part.composite IS 'As of a column.';

CREATE TYPE dup_select_private.key_facts AS (
    index_id oid, name text, parts dup_select_private.key_part[], columns integer[], expression_columns integer[],
    sources integer[], whole_row boolean,
    predicate text, predicate_columns integer[], nulls_distinct boolean, is_primary boolean);
COMMENT ON TYPE dup_select_private.key_facts IS 'A unique index that ON CONFLICT can name.';
COMMENT ON COLUMN dup_select_private.key_facts.columns IS 'Numbers of the columns that are parts themselves.';
COMMENT ON COLUMN dup_select_private.key_facts.expression_columns IS 'Numbers of the columns that its expressions name.';
COMMENT ON COLUMN dup_select_private.key_facts.sources IS
    'Numbers of the columns that expressions, and generated columns among the parts, are computed from.';
COMMENT ON COLUMN dup_select_private.key_facts.whole_row IS 'An expression names the row as such.';
COMMENT ON COLUMN dup_select_private.key_facts.predicate IS 'Of a partial index, with all names in full.';
COMMENT ON COLUMN dup_select_private.key_facts.nulls_distinct IS 'NULL equals nothing: a row with one has no key.';

CREATE TYPE dup_select_private.foreign_key_facts AS (
    name text, columns text[], parent oid, parent_columns text[], operators text[], nullable boolean, temporal boolean);
COMMENT ON TYPE dup_select_private.foreign_key_facts IS 'A foreign key of a table, one that it did not get by partitioning.';
COMMENT ON COLUMN dup_select_private.foreign_key_facts.operators IS 'By which the columns of the parent are compared to them.';
COMMENT ON COLUMN dup_select_private.foreign_key_facts.nullable IS 'One of its columns may be NULL.';
COMMENT ON COLUMN dup_select_private.foreign_key_facts.temporal IS
    'It ends in PERIOD: it refers to rows that together cover a range, not to one row.';

CREATE TYPE dup_select_private.table_facts AS (
    id oid, name text, schema_id oid, qualified_name text, has_children boolean, triggered boolean, primary_key text[],
    columns dup_select_private.column_facts[], keys dup_select_private.key_facts[],
    foreign_keys dup_select_private.foreign_key_facts[]);
COMMENT ON TYPE dup_select_private.table_facts IS 'What the catalog says of a table.';
COMMENT ON COLUMN dup_select_private.table_facts.has_children IS
    'Tables inherit from it whose rows are not meant: a foreign key refers to its own rows, and its unique keys cover no others.';
COMMENT ON COLUMN dup_select_private.table_facts.triggered IS
    'A BEFORE INSERT trigger of it or of a partition may give a row another key than it came with.';
COMMENT ON COLUMN dup_select_private.table_facts.keys IS 'Those that can be a natural key, by name.';

-- All that a plan asks of a table, read once. Of geo.city (docs/dup-select.md), in parts:
--   columns       (1, id, integer, .., required, always, expression: pg_catalog.nextval('geo.city_id_seq'), volatile)
--                 (2, country_id, integer, .., required), (3, name, text, .., required), (4, population, integer, ..)
--   keys          (city_country_id_name_key, parts: (2, country_id, OPERATOR(pg_catalog.=), ..), ..), columns: {2,3}, ..)
--                 (city_pkey, ..)
--   foreign_keys  (city_country_id_fkey, {country_id}, geo.country, {id}, {OPERATOR(pg_catalog.=)}, not nullable, not temporal)
CREATE FUNCTION dup_select_private.table_facts(relation oid) RETURNS dup_select_private.table_facts
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_table dup_select_private.table_facts;
BEGIN
    SELECT c.oid, c.relname, c.relnamespace, dup_select_private.qualified_name(c.oid),
           c.relkind = 'r' AND dup_select_private.has_children(c.oid)
        INTO v_table.id, v_table.name, v_table.schema_id, v_table.qualified_name, v_table.has_children
    FROM pg_class c
    WHERE c.oid = relation;
    v_table.triggered := dup_select_private.has_before_trigger(
        relation || ARRAY(SELECT p.relid::oid FROM pg_partition_tree(relation) p)); -- it has no row for one without partitions
    v_table.columns := ARRAY(SELECT c FROM dup_select_private.columns_of(relation) c ORDER BY c.number);
    v_table.keys := ARRAY(SELECT k FROM dup_select_private.keys_of(relation, v_table.columns) k ORDER BY k.name COLLATE "C");
    v_table.foreign_keys := ARRAY(SELECT k FROM dup_select_private.foreign_keys_of(relation) k ORDER BY k.name COLLATE "C");
    v_table.primary_key := ARRAY(
        SELECT a.attname
        FROM pg_index i
        CROSS JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, n)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
        WHERE i.indrelid = relation AND i.indisprimary AND k.n <= i.indnkeyatts
        ORDER BY k.n);
    RETURN v_table;
END
$$;

-- A default is volatile where a function in it is: nextval, gen_random_uuid. pg_depend does not record built-in functions, the
-- stored tree names them. A base type has modifier -1 and not NULL, with which bpchar would be called character, which is
-- character(1).
CREATE FUNCTION dup_select_private.columns_of(relation oid) RETURNS SETOF dup_select_private.column_facts
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT a.attnum, a.attname, c.type, format_type(coalesce(b.type, a.atttypid), -1), a.attcollation,
           dup_select_private.is_not_null(a), a.attgenerated <> '', a.attidentity = 'a',
           CASE WHEN a.attidentity <> ''
                   THEN format('pg_catalog.nextval(%L)', pg_get_serial_sequence(relation::regclass::text, a.attname))
               ELSE dup_select_private.qualified(pg_get_expr(d.tree, a.attrelid)) END,
           CASE WHEN a.attgenerated <> '' THEN dup_select_private.expression_columns(d.tree::text) END,
           coalesce(d.tree::text LIKE '{CONST %', false),
           a.attidentity <> '' OR a.attgenerated = '' AND EXISTS (
               SELECT FROM regexp_matches(d.tree::text, ':(?:funcid|opfuncid) ([0-9]+)', 'g') f (match)
               JOIN pg_proc p ON p.oid = f.match[1]::oid AND p.provolatile = 'v'),
           CASE WHEN d.tree::text ~ ':(func|relabel|coerce|coercion)format 2' THEN c.type END,
           coalesce(b.unfit, false), dup_select_private.is_composite(a.atttypid)
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN LATERAL dup_select_private.type_below(t.oid) b ON t.typtype = 'd'
    CROSS JOIN LATERAL (
        SELECT CASE WHEN b.unfit THEN format_type(b.type, b.modifier) ELSE format_type(a.atttypid, a.atttypmod) END AS type
    ) c
    LEFT JOIN pg_attrdef x ON x.adrelid = a.attrelid AND x.adnum = a.attnum
    CROSS JOIN LATERAL coalesce(x.adbin, t.typdefaultbin) AS d (tree)
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- pg_attribute says so of a constraint that is NOT VALID, too, which PostgreSQL has since version 18.
CREATE FUNCTION dup_select_private.is_not_null("column" pg_attribute) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT "column".attnotnull AND NOT EXISTS (
            SELECT
            FROM pg_constraint c
            WHERE c.conrelid = "column".attrelid AND c.contype = 'n' AND c.conkey = ARRAY["column".attnum]
                AND NOT c.convalidated));
END
$$;

-- Not those that are deferrable: they are no arbiters, and report at commit.
CREATE FUNCTION dup_select_private.keys_of(relation oid, columns dup_select_private.column_facts[])
RETURNS SETOF dup_select_private.key_facts
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT i.indexrelid, c.relname,
           ARRAY(SELECT ROW(p.number,
                            CASE WHEN p.number = 0 THEN dup_select_private.qualified(p.expression) ELSE p.expression END,
                            p.operator,
                            CASE WHEN i.indcollation[p.part - 1] = f.collation_id
                                     OR p.number = 0 AND (i.indcollation[p.part - 1] = 100 OR EXISTS (
                                         SELECT FROM unnest(keys_of.columns) s
                                         WHERE s.number = ANY (e.columns) AND s.collation_id = i.indcollation[p.part - 1]))
                                 THEN '' ELSE p.collation_clause END,
                            f.required IS NOT TRUE, dup_select_private.is_composite(x.atttypid))::dup_select_private.key_part
                 FROM dup_select_private.parts_of_key(i.indexrelid) p
                 JOIN pg_attribute x ON x.attrelid = i.indexrelid AND x.attnum = p.part
                 LEFT JOIN unnest(keys_of.columns) f ON f.number = p.number
                 ORDER BY p.part),
           k.columns, e.columns, e.columns || ARRAY(SELECT unnest(f.expression_columns) FROM unnest(keys_of.columns) f
                                         WHERE f.generated AND f.number = ANY (k.columns || e.columns)),
           0 = ANY (e.columns || w.columns),
           dup_select_private.qualified(pg_get_expr(i.indpred, i.indrelid)), w.columns, NOT i.indnullsnotdistinct, i.indisprimary
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    CROSS JOIN LATERAL (SELECT array_remove((i.indkey::smallint[])[0 : i.indnkeyatts - 1], 0::smallint)::integer[]) k (columns)
    CROSS JOIN dup_select_private.expression_columns(i.indexprs::text) e (columns)
    CROSS JOIN dup_select_private.expression_columns(i.indpred::text) w (columns)
    WHERE i.indrelid = relation AND i.indisunique AND i.indisvalid AND i.indimmediate AND NOT i.indisexclusion
$$;

-- The parts of a unique index's key as text for the search_path in force: the server prints expressions for it, hence none is set
-- here. cast_to is what the operator class compares, collation that of the index; both are empty where there is none.
CREATE FUNCTION dup_select_private.parts_of_key(index oid) RETURNS TABLE (
    part integer, number integer, expression text, operator text, collation_clause text, operator_class text, cast_to text)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN QUERY
    SELECT f.part, f.number, pg_catalog.pg_get_indexdef(index, f.part, false), f.operator, f.collation_clause, f.operator_class,
           f.cast_to
    FROM dup_select_private.facts_of_parts(index) f;
END
$$;

-- Planned once: planning takes five times as long as running.
CREATE FUNCTION dup_select_private.facts_of_parts(index oid) RETURNS TABLE (
    part integer, number integer, operator text, collation_clause text, operator_class text, cast_to text)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN QUERY
    SELECT x.attnum::integer, (i.indkey::smallint[])[x.attnum - 1]::integer,
           dup_select_private.equality(c.oid),
           coalesce((SELECT format(' COLLATE %I.%I', n.nspname, l.collname)
                     FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace
                     WHERE l.oid = i.indcollation[x.attnum - 1]), ''),
           (SELECT format('%I.%I', n.nspname, c.opcname) FROM pg_namespace n WHERE n.oid = c.opcnamespace),
           coalesce((SELECT format('::%I.%I', n.nspname, t.typname) FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
                     WHERE t.oid = c.opcintype AND t.oid <> x.atttypid AND t.typtype <> 'p'), '')
    FROM pg_index i
    JOIN pg_attribute x ON x.attrelid = i.indexrelid AND x.attnum <= i.indnkeyatts
    JOIN pg_opclass c ON c.oid = i.indclass[x.attnum - 1]
    WHERE i.indexrelid = index
    ORDER BY x.attnum;
END
$$;

-- pg_constraint tells of PERIOD since PostgreSQL 18.
CREATE FUNCTION dup_select_private.foreign_keys_of(relation oid) RETURNS SETOF dup_select_private.foreign_key_facts
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT c.conname, k.names, c.confrelid,
           ARRAY(SELECT a.attname FROM unnest(c.confkey) WITH ORDINALITY AS k (attnum, n)
                 JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum ORDER BY k.n),
           ARRAY(SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
                 FROM unnest(c.conpfeqop) WITH ORDINALITY AS k (operator, n)
                 JOIN pg_operator o ON o.oid = k.operator JOIN pg_namespace n ON n.oid = o.oprnamespace ORDER BY k.n),
           k.nullable, coalesce((to_jsonb(c) ->> 'conperiod')::boolean, false)
    FROM pg_constraint c
    CROSS JOIN LATERAL (
        SELECT array_agg(a.attname::text ORDER BY k.n) AS names, bool_or(NOT dup_select_private.is_not_null(a)) AS nullable
        FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, n)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
    ) k
    WHERE c.oid IN (SELECT dup_select_private.references_of(relation) UNION ALL
                    SELECT dup_select_private.references_of_partitions(relation))
$$;

-- Foreign keys of a table itself. A reference to a partitioned table has a clone for each partition, on the same table; a
-- partition has one that it inherited.
CREATE FUNCTION dup_select_private.references_of(relation oid) RETURNS SETOF oid
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT c.oid
    FROM pg_constraint c
    WHERE c.conrelid = relation AND c.contype = 'f'
        AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = c.conparentid AND p.conrelid = c.conrelid)
$$;

-- Foreign keys that a partitioned table does not have, but a partition of it, one for each that is declared alike: whatever their
-- values mean there they mean in the others.
CREATE FUNCTION dup_select_private.references_of_partitions(relation oid) RETURNS SETOF oid
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF dup_select_private.relation_kind(relation) <> 'p' THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT min(c.oid)
        FROM pg_partition_tree(relation) p
        CROSS JOIN LATERAL dup_select_private.references_of(p.relid) r (id)
        JOIN pg_constraint c ON c.oid = r.id
        CROSS JOIN LATERAL (
            SELECT ARRAY(SELECT a.attname FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, n)
                         JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum ORDER BY k.n)) k (names)
        GROUP BY c.confrelid, c.confkey, k.names
        HAVING min(p.level) > 0;
END
$$;

-- Whether a BEFORE INSERT trigger of one of these tables may give a row another key than it came with.
CREATE FUNCTION dup_select_private.has_before_trigger(relations oid[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN EXISTS (
        SELECT
        FROM pg_trigger t
        WHERE t.tgrelid = ANY (relations)
            AND t.tgtype & 7 = 7 -- ROW, BEFORE, INSERT
            AND t.tgenabled <> 'D' AND NOT t.tgisinternal);
END
$$;

-- How many rows this transaction has inserted into a table and its partitions, as the server counts them.
CREATE FUNCTION dup_select_private.rows_inserted(relation oid) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT sum(pg_stat_get_xact_tuples_inserted(r.id))
            FROM (SELECT relation UNION SELECT p.relid FROM pg_partition_tree(relation) p) r (id));
END
$$;

-- The column that an UPDATE of a row by the caller may best name: where there is a choice, one that is in no unique index,
-- because a row is then locked as for a change that leaves its keys alone, and foreign keys to it can still be checked. NULL
-- where the server fills all of them.
CREATE FUNCTION dup_select_private.settable_column(relation oid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT a.attname
        FROM pg_attribute a
        WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
        ORDER BY has_column_privilege(relation, a.attnum, 'UPDATE') DESC,
                 EXISTS (SELECT FROM pg_index i
                         WHERE i.indrelid = relation AND i.indisunique AND a.attnum = ANY (i.indkey::smallint[])),
                 a.attnum
        LIMIT 1);
END
$$;

-- Whether statements about these tables must run under search_path = pg_catalog, pg_temp, and not under the caller's. Planned
-- once, and without what only few trees need: a row that exists took 4 ms instead of 2.
CREATE FUNCTION dup_select_private.is_pinned(relations oid[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM pg_attrdef d WHERE d.adrelid = ANY (relations) AND dup_select_private.leaves_operators_bare(d.adbin::text)
        UNION ALL
        SELECT
        FROM pg_index i
        WHERE i.indrelid = ANY (relations) AND i.indisunique AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
            AND dup_select_private.leaves_operators_bare(concat(i.indexprs::text, i.indpred::text)));
END
$$;

-- Schema and name of a relation, as any search_path finds it; of a temporary one of this session as every session calls its own.
-- NULL where there is none.
CREATE FUNCTION dup_select_private.qualified_name(relation oid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (SELECT format('%I.%I', CASE WHEN n.oid = pg_my_temp_schema() THEN 'pg_temp' ELSE n.nspname END, c.relname)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = relation);
END
$$;

-- What a relation is: r a table, p a partitioned one, m a materialized view. NULL where there is none.
CREATE FUNCTION dup_select_private.relation_kind(relation oid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (SELECT c.relkind FROM pg_class c WHERE c.oid = relation);
END
$$;

-- Whether tables inherit from this one, or are its partitions.
CREATE FUNCTION dup_select_private.has_children(relation oid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = relation));
END
$$;

-- Whether a table inherits from another, or is its partition, at any level.
CREATE FUNCTION dup_select_private.inherits_from(relation oid, ancestor oid) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH RECURSIVE ancestors (relation) AS (
        SELECT i.inhparent FROM pg_inherits i WHERE i.inhrelid = inherits_from.relation
        UNION
        SELECT i.inhparent FROM ancestors a JOIN pg_inherits i ON i.inhrelid = a.relation
    )
    SELECT EXISTS (SELECT FROM ancestors a WHERE a.relation = ancestor)
$$;

-- Names of a relation's columns, in its order.
CREATE FUNCTION dup_select_private.column_names(relation oid) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
                 ORDER BY a.attnum);
END
$$;

-- Names that a statement about a relation must not take for something else: dropped and system columns, too, the latter cannot be
-- a column's name.
CREATE FUNCTION dup_select_private.taken_names(relation oid) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT a.attname FROM pg_attribute a WHERE a.attrelid = relation
$$;

-- Rules of a table that are not disabled.
CREATE FUNCTION dup_select_private.rules_of(relation oid) RETURNS TABLE (name text, event text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT r.rulename, CASE r.ev_type WHEN '1' THEN 'SELECT' WHEN '2' THEN 'UPDATE' WHEN '3' THEN 'INSERT' ELSE 'DELETE' END
    FROM pg_rewrite r
    WHERE r.ev_class = relation AND r.ev_enabled <> 'D'
$$;

-- What is known of a view and of a function that may be its trigger function: their owners, the comment of the function, and the
-- views for whose rows it is called. NULL where there is none.
CREATE FUNCTION dup_select_private.view_facts(
    view regclass, function regprocedure,
    OUT view_owner text, OUT function_owner text, OUT function_comment text, OUT function_users regclass[])
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT (SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = view),
           (SELECT pg_get_userbyid(p.proowner) FROM pg_proc p WHERE p.oid = function),
           obj_description(function, 'pg_proc'),
           ARRAY(SELECT t.tgrelid::regclass FROM pg_trigger t WHERE t.tgfoid = function AND t.tgname = 'insert_row')
$$;
