SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The level with its natural key, and whether BEFORE triggers may change that. Errors: 22023.
CREATE OR REPLACE FUNCTION dup_select_private.plan_key(level jsonb, natural_keys jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_key       record;
    v_index     pg_index;
    v_triggered boolean := dup_select_private.plan_is_triggered((level ->> 'relation')::oid);
    v_values    jsonb := dup_select_private.plan_values(level);
    v_wanted    jsonb;
    v_composite boolean;
    v_where     text;
BEGIN
    SELECT * INTO v_key FROM dup_select_private.plan_key_index(level, natural_keys);
    SELECT * INTO v_index FROM pg_index i WHERE i.indexrelid = v_key.index_id;
    IF v_key.columns IS NOT NULL THEN
        RETURN level || jsonb_build_object('triggered', v_triggered) || dup_select_private.plan_key_of_columns(level,
            v_key.columns);
    ELSIF NOT FOUND THEN
        RETURN level || jsonb_build_object('triggered', v_triggered);
    END IF;
    SELECT coalesce(jsonb_agg(c.value ->> 'raw' ORDER BY c.value ->> 'raw')
                        FILTER (WHERE NOT level -> 'shared' ? (c.value ->> 'column')),
                    jsonb_agg(c.value ->> 'raw' ORDER BY c.value ->> 'raw')),
           bool_or(dup_select_private.plan_is_composite(a.atttypid))
        INTO v_wanted, v_composite
    FROM jsonb_array_elements(level -> 'columns') AS c
    JOIN pg_attribute a ON a.attrelid = v_index.indrelid AND a.attname = c.value ->> 'column'
    WHERE NOT v_key.shown OR a.attnum = ANY (v_index.indkey::smallint[] || dup_select_private.plan_key_sources(v_index));
    v_where := dup_select_private.plan_qualified(pg_get_expr(v_index.indpred, v_index.indrelid));
    RETURN level || jsonb_build_object(
        'triggered', v_triggered, 'shown', v_key.shown,
        'index', (SELECT c.relname FROM pg_class c WHERE c.oid = v_index.indexrelid),
        'where', v_where,
        'satisfies', dup_select_private.plan_satisfies(v_index, v_where, v_values, level),
        'nulls_distinct', NOT v_index.indnullsnotdistinct,
        'elements', (SELECT jsonb_agg(dup_select_private.plan_key_element(v_index, n, v_values) ORDER BY n)
                     FROM generate_series(1, v_index.indnkeyatts) AS n),
        'wanted', v_wanted, 'wants_composite', v_composite);
END
$$;

-- The index of the natural key, and whether the mapping shows that key or a BEFORE trigger has yet to make it; or the columns
-- that natural_keys names and that no index covers. NULL where the target has neither. Errors: 22023, 42703.
CREATE OR REPLACE FUNCTION dup_select_private.plan_key_index(
    level jsonb, natural_keys jsonb, OUT index_id oid, OUT shown boolean, OUT columns text[])
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_relation oid := (level ->> 'relation')::oid;
    v_path     text := dup_select_private.path_text(ARRAY(SELECT jsonb_array_elements_text(level -> 'path')));
    v_mapped   text[] := ARRAY(SELECT c.value ->> 'column' FROM jsonb_array_elements(level -> 'columns') AS c);
    v_wish     text := (dup_select_private.mapping_natural_key(natural_keys, v_relation, v_path)).index_name;
BEGIN
    columns := (dup_select_private.mapping_natural_key(natural_keys, v_relation, v_path)).columns;
    SELECT k.index_id, k.shown INTO index_id, shown
    FROM dup_select_private.plan_key_candidates(v_relation, v_mapped) AS k
    WHERE CASE
        WHEN columns IS NOT NULL THEN k.shown AND dup_select_private.plan_is_index_of(k.index_id, columns)
        ELSE k.name = coalesce(v_wish, k.name)
    END
    LIMIT 1;
    IF index_id IS NULL AND columns IS NOT NULL THEN
        PERFORM dup_select_private.plan_check_key_columns(v_relation, columns, v_mapped);
        shown := true;
        RETURN;
    END IF;
    columns := NULL;
    IF index_id IS NULL AND v_wish IS NOT NULL THEN
        RAISE EXCEPTION '% of % cannot be the natural key: it is not a unique index, or the mapping does not fill its columns',
            quote_ident(v_wish), level ->> 'table'
            USING ERRCODE = 'invalid_parameter_value', HINT = 'A deferrable constraint cannot be one either.';
    END IF;
    IF index_id IS NULL AND v_path <> '' THEN
        RAISE EXCEPTION 'path % leads to %, of which no unique key has all its columns mapped', v_path, level ->> 'table'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Map the columns of a unique key below %s, or %1$s itself to an id, or name columns as its key '
                      'by natural_keys.', v_path);
    END IF;
END
$$;

-- Raises where columns cannot be a key: there are none of their names (42703), the mapping fills them not, or their types have no
-- equality (22023).
CREATE OR REPLACE FUNCTION dup_select_private.plan_check_key_columns(relation oid, columns text[], mapped text[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_column record;
BEGIN
    SELECT k.name, c.attnum, c.type, dup_select_private.plan_default_opclass(relation, c.attnum) AS opclass INTO v_column
    FROM unnest(columns) AS k (name)
    LEFT JOIN dup_select_private.plan_table_columns(relation) AS c ON c.column_name = k.name
    WHERE c.attnum IS NULL OR k.name <> ALL (mapped) OR dup_select_private.plan_default_opclass(relation, c.attnum) IS NULL
    ORDER BY k.name LIMIT 1;
    IF NOT FOUND THEN
        RETURN;
    ELSIF v_column.attnum IS NULL THEN
        RAISE EXCEPTION '% has no column %, which natural_keys names', dup_select_private.table_name(relation),
            quote_ident(v_column.name)
            USING ERRCODE = 'undefined_column';
    ELSIF v_column.opclass IS NULL THEN
        RAISE EXCEPTION 'column % of % cannot be of its natural key: type % has no order, nor equality by it',
            quote_ident(v_column.name), dup_select_private.table_name(relation), v_column.type
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RAISE EXCEPTION 'column % of % cannot be of its natural key: the mapping does not fill it', quote_ident(v_column.name),
        dup_select_private.table_name(relation)
        USING ERRCODE = 'invalid_parameter_value', HINT = 'Map it, or leave it out of natural_keys.';
END
$$;

-- What a level has of a natural key that is columns without an index. NULL is a value like others: rows that tell nothing apart
-- are what the key is named for.
CREATE OR REPLACE FUNCTION dup_select_private.plan_key_of_columns(level jsonb, columns text[]) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT jsonb_build_object(
        'shown', true, 'nulls_distinct', false,
        'elements', jsonb_agg(jsonb_build_object(
            'element', quote_ident(c.column_name), 'value', m.value ->> 'value', 'nullable', NOT c.required,
            'composite', c.composite,
            'operator', dup_select_private.plan_equality(
                dup_select_private.plan_default_opclass((level ->> 'relation')::oid, c.attnum)),
            'collate', '') ORDER BY c.attnum),
        'wanted', coalesce(jsonb_agg(m.value ->> 'raw' ORDER BY m.value ->> 'raw')
                               FILTER (WHERE NOT level -> 'shared' ? c.column_name),
                           jsonb_agg(m.value ->> 'raw' ORDER BY m.value ->> 'raw')),
        'wants_composite', bool_or(c.composite))
    FROM dup_select_private.plan_table_columns((level ->> 'relation')::oid) AS c
    JOIN jsonb_array_elements(level -> 'columns') AS m ON m.value ->> 'column' = c.column_name
    WHERE c.column_name = ANY (columns)
$$;

-- One element of a natural key: its text, and the text of the new row's value.
CREATE OR REPLACE FUNCTION dup_select_private.plan_key_element(key pg_index, n integer, "values" jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_element   text := pg_get_indexdef(key.indexrelid, n, false);
    v_column    record;
    v_value     text;
    v_collation oid := (key.indcollation::oid[])[n - 1];
    v_nullable  boolean := true;
BEGIN
    SELECT c.* INTO v_column FROM dup_select_private.plan_table_columns(key.indrelid) AS c
    WHERE c.attnum = (key.indkey::smallint[])[n - 1];
    IF FOUND THEN
        v_value := "values" ->> v_column.column_name;
        v_nullable := NOT v_column.required;
        v_collation := CASE WHEN v_collation <> v_column.collation_id THEN v_collation ELSE 0 END;
    ELSE
        v_element := dup_select_private.plan_qualified(v_element);
        v_value := dup_select_private.plan_evaluate(
            key.indrelid, v_element, dup_select_private.plan_expression_columns(key.indexprs::text), "values");
        v_collation := CASE WHEN v_collation = 100 OR v_collation IN (
            SELECT c.collation_id FROM dup_select_private.plan_table_columns(key.indrelid) AS c
            WHERE c.attnum = ANY (dup_select_private.plan_expression_columns(key.indexprs::text))) THEN 0 ELSE v_collation END;
    END IF;
    RETURN jsonb_build_object(
        'element', v_element, 'value', v_value, 'nullable', v_nullable,
        'composite', (SELECT dup_select_private.plan_is_composite(a.atttypid) FROM pg_attribute a
                      WHERE a.attrelid = key.indexrelid AND a.attnum = n),
        'operator', dup_select_private.plan_equality((key.indclass::oid[])[n - 1]),
        'collate', (SELECT coalesce(min(format(' COLLATE %I.%I', s.nspname, l.collname)), '')
                    FROM pg_collation l JOIN pg_namespace s ON s.oid = l.collnamespace WHERE l.oid = v_collation));
END
$$;

-- Text that tells whether the new row falls under a partial index. NULL where it always does. Whether the new row falls under a
-- partial index: NULL where it always does, as where deleted_at is not mapped and the index is that of rows that are not deleted.
-- That is found out here only where nothing of the table's owner's is run for it.
CREATE OR REPLACE FUNCTION dup_select_private.plan_satisfies(key pg_index, predicate text, "values" jsonb, level jsonb)
RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_columns integer[] := dup_select_private.plan_expression_columns(key.indpred::text);
    v_text    text := dup_select_private.plan_evaluate(key.indrelid, predicate, v_columns, "values");
    v_always  boolean;
BEGIN
    IF predicate IS NOT NULL AND dup_select_private.plan_is_constant(key, v_columns)
        AND NOT EXISTS (SELECT FROM dup_select_private.plan_table_columns(key.indrelid) AS c
                        LEFT JOIN dup_select_private.plan_table_columns(key.indrelid) AS f ON f.attnum = ANY (c.generated_from)
                        JOIN jsonb_array_elements(level -> 'columns') AS m
                            ON m.value ->> 'column' IN (c.column_name, f.column_name)
                        WHERE c.attnum = ANY (v_columns))
    THEN
        EXECUTE 'SELECT ' || v_text INTO v_always;
        v_text := CASE WHEN v_always THEN NULL ELSE 'false' END;
    END IF;
    RETURN v_text;
END
$$;

-- Whether an index's predicate over defaults of these columns is the same always, and evaluating it runs nothing of the table's
-- owner's.
CREATE OR REPLACE FUNCTION dup_select_private.plan_is_constant(key pg_index, columns integer[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.plan_is_builtin(key.indpred::text) AND coalesce(bool_and(
        dup_select_private.plan_is_builtin_type(a.atttypid) AND coalesce(dup_select_private.plan_is_builtin(d.adbin::text),
            true)), true)
    FROM pg_attribute a
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = key.indrelid
      AND (a.attnum = ANY (columns) OR a.attnum IN (
          SELECT unnest(c.generated_from)
              FROM dup_select_private.plan_table_columns(key.indrelid) AS c WHERE c.attnum = ANY (columns)))
$$;
