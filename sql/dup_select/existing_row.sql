SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The row whose key in a unique index is that of the given row, found by a scan of that index; no row where it has gone, or where
-- the caller's snapshot or a row security policy hides it. A value that is NULL can be a duplicate only where NULLs are not
-- distinct. Which are NULL is asked first: an OR over both cases would not use the index.
CREATE FUNCTION dup_select_private.existing_row(new anyelement, target regclass, index regclass) RETURNS SETOF anyelement
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_facts      record;
    v_parts      record;
    v_nulls      boolean[];
    v_conditions pg_catalog.text[];
BEGIN
    SELECT * INTO v_facts FROM dup_select_private.index_facts(index);
    SELECT pg_catalog.array_agg(
               pg_catalog.format('(%s)%s%s', p.expression, p.cast_to, p.collation_clause) ORDER BY p.part) AS stored,
           pg_catalog.array_agg(p.operator ORDER BY p.part) AS operators,
           pg_catalog.array_agg(CASE
               WHEN p.number OPERATOR(pg_catalog.<>) 0 THEN pg_catalog.format('($1).%s%s', p.expression, p.cast_to)
               ELSE pg_catalog.format('(SELECT %s FROM pg_catalog.unnest(ARRAY[$1]) AS %I)%s', p.expression, v_facts.table_name,
                                      p.cast_to)
           END ORDER BY p.part) AS given
        INTO v_parts
    FROM dup_select_private.parts_of_key(index) p;
    IF v_facts.nulls_not_distinct THEN
        EXECUTE pg_catalog.format(
            'SELECT ARRAY[%s IS NOT DISTINCT FROM NULL]',
            pg_catalog.array_to_string(v_parts.given, ' IS NOT DISTINCT FROM NULL, ')) INTO v_nulls USING new;
    END IF;
    FOR v_n IN 1 .. pg_catalog.cardinality(v_parts.stored) LOOP
        v_conditions[v_n] := CASE
            WHEN v_nulls[v_n] THEN pg_catalog.format('%s IS NOT DISTINCT FROM NULL', v_parts.stored[v_n])
            ELSE pg_catalog.format('%s %s %s', v_parts.stored[v_n], v_parts.operators[v_n], v_parts.given[v_n])
        END;
    END LOOP;
    RETURN QUERY EXECUTE pg_catalog.format('SELECT %s %s WHERE %s AND (%s)',
        dup_select_private.column_list(target), dup_select_private.from_table(v_facts.indexed),
        pg_catalog.array_to_string(v_conditions, ' AND '),
        coalesce(pg_catalog.pg_get_expr(v_facts.predicate, v_facts.indexed), 'true')) USING new;
END
$$;

-- A row as an INSERT of the given columns would store it, where no trigger changes it: with defaults and generated columns.
-- Numbers from sequences stay NULL. Defaults first: generated columns are computed from them. No search_path is set, as in
-- parts_of_key(). A default that gives another value each time yields a row that nothing equals, so that the next try draws
-- afresh.
CREATE FUNCTION dup_select_private.stored_row(new anyelement, target regclass, given text[], OUT stored anyelement)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_generated boolean;
    v_list      pg_catalog.text;
BEGIN
    stored := new;
    FOREACH v_generated IN ARRAY ARRAY[false, true] LOOP
        SELECT pg_catalog.string_agg(
                   CASE
                       WHEN c.source IS NOT NULL AND CASE WHEN v_generated THEN c.generated ELSE NOT c.generated END
                           THEN pg_catalog.pg_get_expr(c.source, target)
                       ELSE pg_catalog.quote_ident(c.column_name)
                   END, ', ' ORDER BY c.attnum)
            INTO v_list
        FROM dup_select_private.column_sources(target, given) c;
        EXECUTE pg_catalog.format('SELECT %s FROM pg_catalog.unnest(ARRAY[$1]) AS given', v_list) INTO stored USING stored;
    END LOOP;
END
$$;
