SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- Text that inserts these columns of the row $1 into a table, which it calls "existing".
CREATE FUNCTION dup_select_private.insert_statement(target regclass, columns text[]) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN concat('INSERT INTO ', dup_select_private.qualified_name(target), ' AS existing ', CASE
        WHEN cardinality(columns) = 0 THEN 'DEFAULT VALUES'
        ELSE (SELECT format('(%s) VALUES (%s)', string_agg(quote_ident(c), ', ' ORDER BY p),
                                                string_agg(format('($1).%I', c), ', ' ORDER BY p))
              FROM unnest(columns) WITH ORDINALITY AS u (c, p))
    END);
END
$$;

-- All columns of a table, in its order, which its partitions and children need not have.
CREATE FUNCTION dup_select_private.column_list(target regclass) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT string_agg(quote_ident(c), ', ' ORDER BY n)
            FROM unnest(dup_select_private.column_names(target)) WITH ORDINALITY AS u (c, n));
END
$$;

-- FROM clause for the rows that the unique indexes of a table cover. Without ONLY the rows of children that inherit would be
-- found too, whose keys are their own.
CREATE FUNCTION dup_select_private.from_table(target regclass) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN concat('FROM ', CASE WHEN dup_select_private.relation_kind(target) = 'r' THEN 'ONLY ' END,
                  dup_select_private.qualified_name(target));
END
$$;

-- Name of the setting in which conflict_clause() leaves the place of the row it found, at this depth of triggers.
CREATE FUNCTION dup_select_private.found_setting() RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.format('dup_select.found_at_depth_%s', pg_catalog.pg_trigger_depth())
$$;
