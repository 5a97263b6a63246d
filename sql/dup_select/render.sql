SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- What the statements of a level are made of, in a trigger and in put_table alike: the only place, with render_row and
-- render_put, where a plan becomes text.

-- What a level is about, for a comment, which a line break in a name must not end.
CREATE FUNCTION dup_select_private.title(level dup_select_private.plan_level) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT translate(concat(
            dup_select_private.path_text(level.path) || CASE WHEN level.path <> '{}' THEN ': ' ELSE '' END,
            (level.facts).qualified_name, ', by ' || quote_ident((level.key).index_name),
            CASE WHEN (level.key).parts IS NOT NULL AND (level.key).index_name IS NULL
                 THEN ', by columns without a unique index' END,
            CASE WHEN (level.key).index_name IS NOT NULL AND (level.facts).triggered
                 THEN ' (BEFORE triggers may make its key)' END),
            chr(10) || chr(13), '  '));
END
$$;

-- The table of a level in a FROM clause, under its own name where no alias is given.
CREATE FUNCTION dup_select_private.from_item(facts dup_select_private.table_facts, alias text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT concat(CASE WHEN facts.has_children THEN 'ONLY ' END, facts.qualified_name,
                      CASE WHEN alias <> facts.name THEN ' AS ' || quote_ident(alias) END));
END
$$;

-- The table in which rows of a level are looked up. In a trigger function, NEW.name must not mean a column of a table named new.
CREATE FUNCTION dup_select_private.searched(plan dup_select_private.plan, level dup_select_private.plan_level) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN level.path = '{}' AND plan.superclass IS NOT NULL THEN plan.superclass || ' AS existing'
        ELSE dup_select_private.from_item(level.facts, CASE
            WHEN (level.facts).name IN ('new', 'old') THEN (level.facts).name || '_row' ELSE (level.facts).name END)
    END
$$;

-- Text of the place of a value.
CREATE FUNCTION dup_select_private.reference(slot dup_select_private.slot) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN slot.record IS NULL THEN quote_ident(slot.name)
            WHEN slot.record = 'NEW' THEN dup_select_private.new_column(slot.name)
            ELSE format('%I.%I', slot.record, slot.name)
        END);
END
$$;

-- The same of several, as a list.
CREATE FUNCTION dup_select_private.reference_list(slots dup_select_private.slot[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT string_agg(dup_select_private.reference(ROW(s.record, s.name)), ', ' ORDER BY s.n)
        FROM unnest(slots) WITH ORDINALITY AS s (record, name, n));
END
$$;

-- A mapped column's expression as it is assigned to the column's type.
CREATE FUNCTION dup_select_private.source_of("column" dup_select_private.plan_column) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE WHEN "column".as_text
                    THEN format('CAST(CAST(%s AS text) AS %s)', "column".expression, ("column".facts).base_type)
                    ELSE "column".expression END);
END
$$;

-- A variable, or a column of the work table, for a column of a table. 100 is the collation of the database.
CREATE FUNCTION dup_select_private.declared(name text, facts dup_select_private.column_facts) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT concat_ws(' ', name, facts.type,
                         CASE WHEN facts.collation_id NOT IN (0, 100)
                              THEN 'COLLATE ' || facts.collation_id::regcollation::text END));
END
$$;

-- What a new row will hold in a column that the statements fill, as it is looked up.
CREATE FUNCTION dup_select_private.value_of("column" dup_select_private.plan_column) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN f.fallback IS NULL OR "column".echo THEN dup_select_private.reference("column".slot)
            ELSE dup_select_private.with_default(dup_select_private.reference("column".slot),
                                                 dup_select_private.cast_to(f.fallback, ("column".facts).stored_as))
        END
        FROM dup_select_private.fallback("column".facts) f (fallback));
END
$$;

-- What the INSERT says of it.
CREATE FUNCTION dup_select_private.inserted_value("column" dup_select_private.plan_column) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN ("column".facts).expression IS NULL OR "column".echo THEN dup_select_private.reference("column".slot)
            ELSE dup_select_private.with_default(dup_select_private.reference("column".slot), ("column".facts).expression)
        END);
END
$$;

-- What a new row will hold in these columns of its table, in its order, NULL for others: also where they are not mapped but have
-- a default, or are generated.
CREATE FUNCTION dup_select_private.row_values(level dup_select_private.plan_level, numbers integer[])
RETURNS dup_select_private.value[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_columns dup_select_private.column_facts[] := (level.facts).columns;
    v_wanted  integer[] := numbers || ARRAY(SELECT unnest(c.expression_columns) FROM unnest((level.facts).columns) c
                                            WHERE c.generated AND c.number = ANY (numbers));
    v_values  dup_select_private.value[] := array_fill(NULL::dup_select_private.value, ARRAY[cardinality(v_columns)]);
    v_column  record;
BEGIN
    FOR v_column IN
        SELECT c.n, CASE
                WHEN f.value IS NOT NULL THEN ROW(f.value, true)::dup_select_private.value
                ELSE coalesce(CASE WHEN NOT c.volatile THEN dup_select_private.computed(c.facts, c.expression) END,
                              ROW(format('NULL::%s', c.type), true)::dup_select_private.value)
            END AS value
        FROM (SELECT n, v_columns[n] AS facts, (v_columns[n]).* FROM generate_subscripts(v_columns, 1) n) c
        LEFT JOIN LATERAL (SELECT dup_select_private.value_of(f) AS value FROM unnest(level.columns) f
                           WHERE (f.facts).number = c.number) f ON true
        WHERE c.number = ANY (v_wanted) AND NOT c.generated
    LOOP
        v_values[v_column.n] := v_column.value;
    END LOOP;
    FOR v_column IN
        SELECT n, v_columns[n] AS facts FROM generate_subscripts(v_columns, 1) n
        WHERE (v_columns[n]).generated AND (v_columns[n]).number = ANY (v_wanted)
    LOOP
        v_values[v_column.n] := dup_select_private.computed(v_column.facts, dup_select_private.substitute_columns(
            (v_column.facts).expression, (v_column.facts).expression_columns, v_columns, v_values));
    END LOOP;
    RETURN v_values;
END
$$;

-- What the default of a column, or what it is generated from, puts into it. NULL where there is no expression.
CREATE FUNCTION dup_select_private.computed(facts dup_select_private.column_facts, expression text)
RETURNS dup_select_private.value
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT ROW(dup_select_private.cast_to(expression, facts.stored_as),
               facts.literal OR facts.stored_as IS NOT NULL)::dup_select_private.value
    WHERE expression IS NOT NULL
$$;

-- An expression over these columns of a table, with the values of a row in their place.
CREATE FUNCTION dup_select_private.substitute_columns(
    expression text, numbers integer[], columns dup_select_private.column_facts[], row_values dup_select_private.value[]
) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.substitute(
        expression,
        ARRAY(SELECT (columns[n]).name FROM generate_subscripts(columns, 1) n
              WHERE (columns[n]).number = ANY (numbers) ORDER BY n),
        ARRAY(SELECT row_values[n] FROM generate_subscripts(columns, 1) n WHERE (columns[n]).number = ANY (numbers) ORDER BY n))
$$;

-- An expression over these columns of a level's table, over what a new row holds.
CREATE FUNCTION dup_select_private.evaluate(level dup_select_private.plan_level, expression text, numbers integer[]) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.substitute_columns(expression, numbers, (level.facts).columns,
        dup_select_private.row_values(level, numbers))
$$;

-- A natural key of a level with the text of a new row's values.
CREATE FUNCTION dup_select_private.key_with_values(level dup_select_private.plan_level, key dup_select_private.plan_key)
RETURNS dup_select_private.plan_key
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_key     dup_select_private.plan_key := key;
    v_facts   dup_select_private.key_facts := (SELECT k FROM unnest((level.facts).keys) k WHERE k.name = key.index_name);
    v_columns dup_select_private.column_facts[] := (level.facts).columns;
    v_values  dup_select_private.value[] := dup_select_private.row_values(
        level, ARRAY(SELECT (p.facts).number FROM unnest(key.parts) p) || v_facts.expression_columns);
    v_part    dup_select_private.plan_part;
BEGIN
    FOR v_n IN 1 .. coalesce(cardinality(v_key.parts), 0) LOOP
        v_part := v_key.parts[v_n];
        v_key.parts[v_n].value := CASE
            WHEN (v_part.facts).number <> 0 THEN (SELECT (v_values[c]).text FROM generate_subscripts(v_columns, 1) c
                                                  WHERE (v_columns[c]).number = (v_part.facts).number)
            ELSE dup_select_private.substitute_columns(
                (v_part.facts).expression, v_facts.expression_columns, v_columns, v_values)
        END;
    END LOOP;
    v_key.condition := CASE
        WHEN v_key.in_predicate THEN NULL
        WHEN NOT v_key.in_predicate THEN 'false'
        ELSE dup_select_private.evaluate(level, v_key.predicate, v_key.predicate_columns)
    END;
    RETURN v_key;
END
$$;

-- The parts of a level's natural key.
CREATE FUNCTION dup_select_private.key_values(level dup_select_private.plan_level) RETURNS TABLE (
    n bigint, expression text, value text, operator text, collation_clause text, nullable boolean, composite boolean,
    given boolean, absent boolean)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT p.n, (p.facts).expression, p.value, (p.facts).operator, (p.facts).collation_clause, (p.facts).nullable,
           (p.facts).composite, p.given, p.absent
    FROM unnest((level.key).parts) WITH ORDINALITY AS p (facts, given, absent, value, n)
$$;

-- Text that tells whether the new row falls under a partial index. NULL where it always does.
CREATE FUNCTION dup_select_private.in_index(level dup_select_private.plan_level) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT (level.key).condition
$$;

-- Condition that finds the row with the natural key of the new one. IS NOT DISTINCT FROM uses no index, hence the two halves
-- where NULLs are equal; without NULLs only the first is wanted.
CREATE FUNCTION dup_select_private.match(level dup_select_private.plan_level, with_nulls boolean, indent integer) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN sum(length(m.condition)) + 5 * count(*) < 85 THEN string_agg(m.condition, ' AND ' ORDER BY m.n)
            ELSE string_agg(m.condition, chr(10) || repeat(' ', indent) || 'AND ' ORDER BY m.n)
        END
        FROM (
            SELECT v.n, format(CASE
                    WHEN v.absent THEN '%1$s IS NULL'
                    WHEN NOT with_nulls OR (level.key).nulls_distinct OR NOT v.nullable THEN '%1$s %2$s %3$s%4$s'
                    WHEN v.composite THEN
                        '(%1$s %2$s %3$s%4$s OR %1$s IS NOT DISTINCT FROM NULL AND %3$s IS NOT DISTINCT FROM NULL)'
                    ELSE '(%1$s %2$s %3$s%4$s OR %1$s IS NULL AND %3$s IS NULL)'
                END, v.expression, v.operator, v.value, v.collation_clause) AS condition
            FROM dup_select_private.key_values(level) v
            UNION ALL
            SELECT 1000, (level.key).predicate WHERE (level.key).predicate IS NOT NULL
            UNION ALL
            SELECT 1001, format('(%s)', i.condition) FROM dup_select_private.in_index(level) i (condition)
                WHERE i.condition IS NOT NULL
        ) m);
END
$$;

-- Condition under which an optional parent is wanted at all. NULL where it always is.
CREATE FUNCTION dup_select_private.wanted(level dup_select_private.plan_level) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN cardinality((level.key).wanted) = 1 AND NOT (level.key).wants_composite
                THEN format('%s IS NOT NULL', dup_select_private.reference_list((level.key).wanted))
            WHEN (level.key).wanted <> '{}' THEN format(
                'pg_catalog.num_nonnulls(%s) OPERATOR(pg_catalog.>) 0', dup_select_private.reference_list((level.key).wanted))
        END
        WHERE level.optional);
END
$$;

-- Conditions under which a parent is still to be found. above: those on the keys of the levels that it is a parent of, too.
CREATE FUNCTION dup_select_private.unresolved(level dup_select_private.plan_level, above boolean) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT array_remove(ARRAY[
            CASE
                WHEN cardinality(level.own) > 1 THEN format(
                    'pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.>) 0', dup_select_private.reference_list(level.own))
                WHEN NOT above OR level.above = '{}' THEN dup_select_private.reference_list(level.own) || ' IS NULL'
            END,
            CASE
                WHEN above AND level.above <> '{}' THEN format('pg_catalog.num_nonnulls(%s) OPERATOR(pg_catalog.=) 0',
                    dup_select_private.reference_list(
                        CASE WHEN cardinality(level.own) > 1 THEN level.above ELSE level.own || level.above END))
            END], NULL));
END
$$;

-- INSERT INTO with the column list.
CREATE FUNCTION dup_select_private.insert_head(level dup_select_private.plan_level, indent integer) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format('INSERT INTO %s%s (%s)%s', (level.facts).qualified_name,
            CASE WHEN (level.facts).triggered AND (level.key).index_name IS NOT NULL THEN ' AS existing' END,
            dup_select_private.lines(array_agg(quote_ident((c.facts).name) ORDER BY (c.facts).number), ', ', indent + 4),
            CASE WHEN bool_or((c.facts).always) THEN chr(10) || repeat(' ', indent) || 'OVERRIDING SYSTEM VALUE' ELSE '' END)
        FROM unnest(level.columns) c);
END
$$;

-- What it inserts, on lines.
CREATE FUNCTION dup_select_private.inserted_values(level dup_select_private.plan_level, indent integer) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT dup_select_private.lines(array_agg(dup_select_private.inserted_value(c) ORDER BY (c.facts).number), ', ', indent)
        FROM unnest(level.columns) c);
END
$$;

-- How ON CONFLICT names the natural key. NULL where no index has it.
CREATE FUNCTION dup_select_private.conflict_target(level dup_select_private.plan_level) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format('ON CONFLICT (%s)%s', string_agg((p.facts).expression, ', ' ORDER BY p.n),
                      ' WHERE ' || (level.key).predicate)
        FROM unnest((level.key).parts) WITH ORDINALITY AS p (facts, given, absent, value, n)
        HAVING (level.key).index_name IS NOT NULL);
END
$$;

-- ON CONFLICT clause of the natural key; where BEFORE triggers may change that, it leaves these columns of the row that exists in
-- found_setting_text(). NULL where no index has the key. What a BEFORE trigger made of the key shows only inside ON CONFLICT. The
-- UPDATE is refused by its WHERE clause, which leaves word of the row: it is locked, but not written, and no UPDATE trigger for
-- each row fires.
CREATE FUNCTION dup_select_private.on_conflict(level dup_select_private.plan_level, returned text[]) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.conflict_target(level)
        || CASE
            WHEN (level.facts).triggered THEN format(
' DO UPDATE SET %1$I = existing.%1$I
            WHERE pg_catalog.set_config(%2$s, pg_catalog.jsonb_build_array(%3$s)::pg_catalog.text, true) IS NULL',
                dup_select_private.settable_column((level.facts).id), dup_select_private.found_setting_text(),
                dup_select_private.lines(dup_select_private.key_texts(level, returned, 'existing.'), ', ', 16))
            ELSE ' DO NOTHING'
        END
$$;

-- Columns of a key as what goes into the jsonb in which the key of a row that exists is told. A text of a timestamptz has the
-- abbreviation of its zone under DateStyle SQL or German, which is read as that of another zone.
CREATE FUNCTION dup_select_private.key_texts(level dup_select_private.plan_level, names text[], qualifier text) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT ARRAY(
        SELECT format(CASE
                WHEN c.base_type IN ('date', 'timestamp without time zone', 'timestamp with time zone')
                    THEN 'pg_catalog.to_jsonb(%s%I)'
                ELSE '%s%I::pg_catalog.text'
            END, qualifier, c.name)
        FROM unnest(names) WITH ORDINALITY AS k (name, n)
        JOIN unnest((level.facts).columns) c ON c.name = k.name
        ORDER BY k.n)
$$;

-- found_setting() as text, for SQL that needs no part of dup_select: where on_conflict() leaves word of the row that exists. One
-- for each depth: a trigger for the statement may insert through another view before the setting is read.
CREATE FUNCTION dup_select_private.found_setting_text() RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT 'pg_catalog.format(''dup_select.found_at_depth_%s'', pg_catalog.pg_trigger_depth())'
$$;
