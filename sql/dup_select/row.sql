SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

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

-- Text that inserts these columns of the row $1 into a table, which it calls "existing".
CREATE FUNCTION dup_select_private.insert_statement(target regclass, columns text[]) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT format('INSERT INTO %I.%I AS existing ', n.nspname, t.relname)
            || CASE
                   WHEN cardinality(columns) = 0 THEN 'DEFAULT VALUES'
                   ELSE (SELECT format('(%s) VALUES (%s)', string_agg(quote_ident(c), ', ' ORDER BY p),
                                                           string_agg(format('($1).%I', c), ', ' ORDER BY p))
                         FROM unnest(columns) WITH ORDINALITY AS u (c, p))
               END
        FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
        WHERE t.oid = target);
END
$$;

-- All columns of a table, in its order, which its partitions and children need not have.
CREATE FUNCTION dup_select_private.column_list(target regclass) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
        FROM pg_attribute a
        WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped);
END
$$;

-- FROM clause for the rows that the unique indexes of a table cover. Without ONLY the rows of children that inherit would be
-- found too, whose keys are their own.
CREATE FUNCTION dup_select_private.from_table(target regclass) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT format('FROM %s%I.%I', CASE t.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END, n.nspname, t.relname)
        FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
        WHERE t.oid = target);
END
$$;

-- Name of the setting in which conflict_clause() leaves the place of the row it found, at this depth of triggers.
CREATE FUNCTION dup_select_private.found_setting() RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth())
$$;
