SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The mapping that is given, or the default one where it is NULL. Errors: 22023 where that one is empty; those of
-- default_mapping.
CREATE FUNCTION dup_select_private.mapping(target regclass, mapping jsonb, input regclass, natural_keys jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_whole   jsonb;
    v_mapping jsonb := coalesce(mapping, dup_select.default_mapping(target, input, natural_keys));
BEGIN
    IF mapping IS NULL AND v_mapping = '{}' THEN
        v_whole := dup_select.default_mapping(target, NULL, natural_keys);
        IF v_whole = '{}' THEN
            RAISE EXCEPTION '% has no column that is mapped by default', target
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = 'Give a mapping: only one maps columns with an identity or a volatile default.';
        END IF;
        RAISE EXCEPTION '% has none of the columns that the default mapping of % takes', input, target
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('Give a mapping, or name the columns as this one does: %s.', v_whole);
    END IF;
    RETURN v_mapping;
END
$$;

-- Paths and expressions of a mapping. Errors: 22023, 42701.
CREATE FUNCTION dup_select_private.paths_of_mapping(mapping jsonb) RETURNS TABLE (path text[], expression text)
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
    v_entry record;
BEGIN
    IF jsonb_typeof(mapping) <> 'object' OR mapping = '{}' THEN
        RAISE EXCEPTION 'a mapping is a jsonb object of paths and expressions, not %', mapping
            USING ERRCODE = 'invalid_parameter_value', HINT = concat(
                'For example mapping => ''{"name": "name", "parent_id.name": "upper(parent)"}''.',
                CASE WHEN jsonb_typeof(mapping) = 'string' THEN ' The name of a view is given as view_name.' END);
    END IF;
    FOR v_entry IN SELECT e.key, e.value, jsonb_typeof(e.value) AS type FROM jsonb_each(mapping) AS e LOOP
        IF v_entry.type <> 'string' THEN
            RAISE EXCEPTION 'path % is mapped to %, not to an SQL expression', v_entry.key, v_entry.value
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = CASE v_entry.type WHEN 'array' THEN 'Columns of a key are given as natural_keys.'
                          ELSE 'Write the expression as a jsonb string, a constant as "''x''".' END;
        END IF;
    END LOOP;
    RETURN QUERY SELECT parse_ident(e.key), e.value FROM jsonb_each_text(mapping) AS e;
    IF EXISTS (SELECT FROM jsonb_object_keys(mapping) AS k GROUP BY parse_ident(k) HAVING count(*) > 1) THEN
        RAISE EXCEPTION 'a path is mapped twice, in two spellings: %',
            (SELECT string_agg(k, ', ') FROM jsonb_object_keys(mapping) AS k
             GROUP BY parse_ident(k) HAVING count(*) > 1 LIMIT 1)
            USING ERRCODE = 'duplicate_column', HINT = 'Keep one of them.';
    END IF;
END
$$;

-- The input column, where an expression is nothing but its name, else NULL.
CREATE FUNCTION dup_select_private.input_of(expression text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT SECURITY INVOKER AS $$
BEGIN
    IF quote_ident(btrim(expression)) = btrim(expression) THEN
        RETURN btrim(expression); -- in lower case and no keyword: the list of those is long
    END IF;
    IF expression !~ '^[[:space:]]*([[:alpha:]_][[:alnum:]_$]*|"([^"]|"")+")[[:space:]]*$'
        OR quote_ident(lower(btrim(expression))) <> lower(btrim(expression)) AND strpos(expression, '"') = 0
            AND EXISTS (SELECT FROM pg_get_keywords() AS k WHERE k.word = lower(btrim(expression)) AND k.catcode IN ('R', 'T'))
    THEN
        RETURN NULL;
    END IF;
    RETURN (parse_ident(expression))[1];
END
$$;

-- Raises where natural_keys is no object: 22023.
CREATE FUNCTION dup_select_private.check_keys_given(natural_keys jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    IF jsonb_typeof(natural_keys) <> 'object' THEN
        RAISE EXCEPTION 'natural_keys is a jsonb object of tables and their keys, not %', natural_keys
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'For example natural_keys => ''{"a_schema.a_table": ["a_column", "another"]}''.';
    END IF;
END
$$;

-- The index, or the columns, that natural_keys names for a table or path. NULL where it names none. Errors: 22023.
CREATE FUNCTION dup_select_private.named_key(
    natural_keys jsonb, relation oid, path text, OUT index_name text, OUT columns text[])
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_table text[] := parse_ident(dup_select_private.qualified_name(relation));
    v_wish  jsonb := (
        SELECT k.value
        FROM jsonb_each(natural_keys) AS k
        WHERE parse_ident(k.key) IN (v_table, v_table[2 :])
           OR dup_select_private.path_text(parse_ident(k.key)) = path
        ORDER BY dup_select_private.path_text(parse_ident(k.key)) = path DESC
        LIMIT 1);
BEGIN
    IF jsonb_typeof(v_wish) = 'string' THEN
        index_name := (parse_ident(v_wish #>> '{}'))[1];
    ELSIF jsonb_typeof(v_wish) = 'array' AND v_wish <> '[]'
        AND NOT jsonb_path_exists(v_wish, '$[*] ? (@.type() <> "string")')
    THEN
        columns := ARRAY(SELECT DISTINCT (parse_ident(e.name))[1] FROM jsonb_array_elements_text(v_wish) AS e (name));
    ELSIF v_wish IS NOT NULL THEN
        RAISE EXCEPTION 'natural_keys gives % as a key', v_wish USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give the name of a unique index, or columns: {"a_schema.a_table": ["a_column", "another"]}.';
    END IF;
END
$$;
