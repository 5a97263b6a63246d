SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The natural key of a level. NULL where the target has none. Errors: 22023, 42703.
CREATE FUNCTION dup_select_private.plan_key(level dup_select_private.plan_level, natural_keys jsonb)
RETURNS dup_select_private.plan_key
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_chosen record;
    v_facts  dup_select_private.key_facts;
    v_key    dup_select_private.plan_key;
BEGIN
    SELECT * INTO v_chosen FROM dup_select_private.choose_key(level, natural_keys);
    v_facts := v_chosen.key;
    IF v_chosen.columns IS NOT NULL THEN
        v_facts.columns := ARRAY(SELECT c.number FROM unnest((level.facts).columns) c WHERE c.name = ANY (v_chosen.columns));
        v_key.parts := dup_select_private.parts_of_columns(level.facts, v_facts.columns);
    ELSIF v_facts.index_id IS NULL THEN
        RETURN NULL;
    ELSE
        v_key.index_name := v_facts.name;
        v_key.parts := ARRAY(SELECT dup_select_private.plan_part(level, v_facts, v_facts.parts[n])
                             FROM generate_subscripts(v_facts.parts, 1) n ORDER BY n);
    END IF;
    v_key.shown := v_chosen.shown;
    v_key.nulls_distinct := coalesce(v_facts.nulls_distinct, false);
    v_key.predicate := v_facts.predicate;
    v_key.predicate_columns := v_facts.predicate_columns;
    v_key.in_predicate := dup_select_private.in_predicate(level, v_facts);
    SELECT coalesce(array_agg(c.slot ORDER BY (c.slot).name COLLATE "C") FILTER (WHERE (c.facts).name <> ALL (level.shared)),
                    array_agg(c.slot ORDER BY (c.slot).name COLLATE "C")),
           bool_or((c.facts).composite)
        INTO v_key.wanted, v_key.wants_composite
    FROM unnest(level.columns) c
    WHERE NOT v_key.shown OR (c.facts).number = ANY (v_facts.columns || v_facts.sources);
    RETURN dup_select_private.key_with_values(level, v_key);
END
$$;

-- The unique index of the natural key, and whether the mapping shows that key or a BEFORE trigger has yet to make it; or the
-- columns that natural_keys names and that no index covers. NULL where the target has neither. Errors: 22023, 42703.
CREATE FUNCTION dup_select_private.choose_key(
    level dup_select_private.plan_level, natural_keys jsonb,
    OUT key dup_select_private.key_facts, OUT shown boolean, OUT columns text[])
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_table  dup_select_private.table_facts := level.facts;
    v_path   text := dup_select_private.path_text(level.path);
    v_mapped text[] := ARRAY(SELECT (c.facts).name FROM unnest(level.columns) c);
    v_wish   record;
    v_found  record;
BEGIN
    SELECT * INTO v_wish FROM dup_select_private.named_key(natural_keys, v_table.id, v_path);
    SELECT k.key, k.shown INTO v_found
    FROM dup_select_private.key_candidates(v_table, v_mapped) k
    WHERE CASE
        WHEN v_wish.columns IS NOT NULL THEN k.shown AND dup_select_private.is_key_of(k.key, v_table, v_wish.columns)
        ELSE (k.key).name = coalesce(v_wish.index_name, (k.key).name)
    END
    LIMIT 1;
    IF FOUND THEN
        key := v_found.key;
        shown := v_found.shown;
    ELSIF v_wish.columns IS NOT NULL THEN
        PERFORM dup_select_private.check_key_columns(v_table, v_wish.columns, v_mapped);
        columns := v_wish.columns;
        shown := true;
    ELSIF v_wish.index_name IS NOT NULL THEN
        RAISE EXCEPTION '% of % cannot be the natural key: it is not a unique index, or the mapping does not fill its columns',
            quote_ident(v_wish.index_name), v_table.qualified_name
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Name a unique index whose columns are mapped, and that is not deferrable.';
    ELSIF v_path <> '' THEN
        RAISE EXCEPTION 'path % leads to %, of which no unique key has all its columns mapped', v_path, v_table.qualified_name
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Map the columns of a unique key below %s, or %1$s itself to an id, or name columns as its key '
                      'by natural_keys.', v_path);
    END IF;
END
$$;

-- Unique indexes whose key a row's mapped values determine, or a BEFORE trigger may, the preferred one first: those that the
-- values show, those that need no default, whole ones before partial ones, others before the primary key, by name.
CREATE FUNCTION dup_select_private.key_candidates(facts dup_select_private.table_facts, mapped text[])
RETURNS TABLE (key dup_select_private.key_facts, shown boolean)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH columns AS (
        SELECT c.number, m.name IS NOT NULL OR coalesce(g.mapped, false) AS mapped,
               m.name IS NOT NULL OR coalesce(g.told, NOT c.volatile) AS told,
               m.name IS NULL AND NOT c.generated AND (c.expression IS NULL OR c.volatile) AS absent
        FROM unnest(facts.columns) c
        LEFT JOIN (SELECT DISTINCT unnest(key_candidates.mapped) AS name) m ON m.name = c.name
        LEFT JOIN LATERAL (
            SELECT bool_and(f.name = ANY (key_candidates.mapped)) AS mapped,
                   bool_and(f.name = ANY (key_candidates.mapped) OR NOT f.volatile) AS told
            FROM unnest(facts.columns) f
            WHERE c.generated AND f.number = ANY (c.expression_columns) -- no look at all columns for each of them
        ) g ON c.generated
    )
    SELECT k.key, s.shown
    FROM (SELECT k AS key, k.* FROM unnest(facts.keys) k) k
    CROSS JOIN LATERAL (
        SELECT bool_and(x.mapped) AS mapped, bool_and(x.told) AS told,
               bool_or(x.mapped) AND NOT (k.nulls_distinct AND bool_or(x.absent AND x.number = ANY (k.columns))) AS shown
        FROM columns x
        WHERE x.number = ANY (k.columns || k.expression_columns)
    ) s
    WHERE NOT k.whole_row AND s.told AND (s.shown OR facts.triggered)
        AND NOT EXISTS (SELECT FROM columns x WHERE x.number = ANY (k.predicate_columns) AND NOT x.told)
    ORDER BY NOT s.shown, NOT s.mapped, k.predicate IS NOT NULL, k.is_primary, k.name COLLATE "C"
$$;

-- Whether a unique index is on these columns, in any order, and on all rows.
CREATE FUNCTION dup_select_private.is_key_of(
    key dup_select_private.key_facts, facts dup_select_private.table_facts, columns text[]
) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT key.predicate IS NULL AND cardinality(key.columns) = cardinality(key.parts)
        AND ARRAY(SELECT c.name FROM unnest(facts.columns) c WHERE c.number = ANY (key.columns) ORDER BY 1)
            = ARRAY(SELECT c FROM unnest(is_key_of.columns) c ORDER BY 1)
$$;

-- Raises where columns cannot be a key: there are none of their names (42703), the mapping fills them not, or their types have no
-- equality (22023).
CREATE FUNCTION dup_select_private.check_key_columns(facts dup_select_private.table_facts, columns text[], mapped text[])
RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_column record;
BEGIN
    SELECT k.name, c.number, c.type, o.operator_class INTO v_column
    FROM unnest(columns) k (name)
    LEFT JOIN unnest(facts.columns) c ON c.name = k.name
    CROSS JOIN LATERAL (SELECT dup_select_private.default_operator_class(facts.id, c.number)) o (operator_class)
    WHERE c.number IS NULL OR k.name <> ALL (mapped) OR o.operator_class IS NULL
    ORDER BY k.name LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    ELSIF v_column.number IS NULL THEN
        RAISE EXCEPTION '% has no column %, which natural_keys names', facts.qualified_name, quote_ident(v_column.name)
            USING ERRCODE = 'undefined_column',
                  HINT = format('It has %s.', (SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.number)
                                               FROM unnest(facts.columns) c));
    ELSIF v_column.operator_class IS NULL THEN
        RAISE EXCEPTION 'column % of % cannot be of its natural key: type % has no order, nor equality by it',
            quote_ident(v_column.name), facts.qualified_name, v_column.type
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Leave it out of natural_keys.';
    END IF;
    RAISE EXCEPTION 'column % of % cannot be of its natural key: the mapping does not fill it', quote_ident(v_column.name),
        facts.qualified_name
        USING ERRCODE = 'invalid_parameter_value', HINT = 'Map it, or leave it out of natural_keys.';
END
$$;

-- Columns as a key without an index. NULL is a value like others: rows that tell nothing apart are what the key is named for.
CREATE FUNCTION dup_select_private.parts_of_columns(facts dup_select_private.table_facts, columns integer[])
RETURNS dup_select_private.plan_part[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT array_agg(ROW(ROW(
            c.number, quote_ident(c.name),
            dup_select_private.equality(dup_select_private.default_operator_class(facts.id, c.number)), '', NOT c.required,
            c.composite)::dup_select_private.key_part, true, false, NULL)::dup_select_private.plan_part ORDER BY c.number)
    FROM unnest(facts.columns) c WHERE c.number = ANY (parts_of_columns.columns)
$$;

-- A part of a unique index's key, as rows of this level have it.
CREATE FUNCTION dup_select_private.plan_part(
    level dup_select_private.plan_level, key dup_select_private.key_facts, part dup_select_private.key_part
) RETURNS dup_select_private.plan_part
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_column  dup_select_private.column_facts := (SELECT c FROM unnest((level.facts).columns) c WHERE c.number = part.number);
    v_sources integer[] := CASE
        WHEN part.number = 0 THEN key.sources
        WHEN v_column.generated THEN v_column.expression_columns
        ELSE ARRAY[part.number]
    END;
    v_given   boolean := EXISTS (SELECT FROM unnest(level.columns) c WHERE (c.facts).number = ANY (v_sources));
BEGIN
    RETURN ROW(part, v_given, part.number <> 0 AND NOT v_given AND NOT v_column.generated
                              AND dup_select_private.fallback(v_column) IS NULL, NULL::text);
END
$$;

-- Whether new rows fall under the index: NULL where that depends on the row. What is the same for all, as where deleted_at is not
-- mapped and the index is that of rows that are not deleted, is found out here, if nothing of the table's owner's is run for it.
CREATE FUNCTION dup_select_private.in_predicate(level dup_select_private.plan_level, key dup_select_private.key_facts)
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_columns integer[];
    v_always  boolean;
BEGIN
    IF key.predicate IS NULL THEN
        RETURN true;
    END IF;
    v_columns := key.predicate_columns || ARRAY(SELECT unnest(c.expression_columns) FROM unnest((level.facts).columns) c
                                                WHERE c.generated AND c.number = ANY (key.predicate_columns));
    IF EXISTS (SELECT FROM unnest(level.columns) c WHERE (c.facts).number = ANY (v_columns))
        OR NOT dup_select_private.is_constant(key.index_id, v_columns)
    THEN
        RETURN NULL;
    END IF;
    EXECUTE 'SELECT ' || dup_select_private.evaluate(level, key.predicate, key.predicate_columns) INTO v_always;
    RETURN coalesce(v_always, false);
END
$$;
