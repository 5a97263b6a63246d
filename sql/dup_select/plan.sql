SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- What inserter_view_sql and put_table have in common: target and parents with columns, natural keys and the text of their
-- values, for a trigger (by_row) or for sets. Errors: 22004, 22023, 42701, 42702, 42703, 42804, 42809, 428C9, 0A000, those of an
-- expression.
CREATE OR REPLACE FUNCTION dup_select_private.plan(
    target regclass, mapping jsonb, input regclass, natural_keys jsonb, by_row boolean)
RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET intervalstyle = 'postgres' -- of defaults, as text
AS $$
DECLARE
    v_levels jsonb;
    v_inputs jsonb;
BEGIN
    PERFORM dup_select_private.plan_check_tables(target, input, by_row);
    v_levels := dup_select_private.plan_levels(target, dup_select_private.plan_mapping(target, mapping, input, natural_keys));
    PERFORM dup_select_private.plan_check_rules(v_levels);
    v_inputs := dup_select_private.plan_inputs(v_levels, input);
    v_levels := dup_select_private.plan_names(v_levels, v_inputs);
    PERFORM dup_select_private.plan_check_names(v_levels, v_inputs, by_row);
    v_levels := dup_select_private.plan_made_names(v_levels, v_inputs, by_row);
    v_levels := (SELECT jsonb_agg(l.value || jsonb_build_object(
                            'columns', dup_select_private.plan_columns(l.value, v_levels, v_inputs, by_row)) ORDER BY l.n)
                 FROM jsonb_array_elements(v_levels) WITH ORDINALITY AS l (value, n));
    v_levels := dup_select_private.plan_references(v_levels, by_row);
    PERFORM dup_select_private.plan_check_natural_keys(v_levels, natural_keys);
    v_levels := (SELECT jsonb_agg(dup_select_private.plan_key(dup_select_private.plan_sources(l.value, v_inputs),
        natural_keys) ORDER BY l.n)
                 FROM jsonb_array_elements(v_levels) WITH ORDINALITY AS l (value, n));
    PERFORM dup_select_private.plan_check_rules(v_levels);
    PERFORM dup_select_private.plan_tell_keyless(v_levels -> 0);
    RETURN jsonb_build_object(
        'target', v_levels -> 0,
        'parents', (SELECT coalesce(jsonb_agg(l.value ORDER BY l.n DESC), '[]')
                    FROM jsonb_array_elements(v_levels) WITH ORDINALITY AS l (value, n) WHERE l.n > 1),
        'inputs', v_inputs,
        'read_keys', dup_select_private.plan_read_keys(v_levels),
        'made', v_levels #> '{0,made}',
        'pinned', dup_select_private.plan_is_pinned(v_levels),
        'primary_key', dup_select_private.plan_primary_key(target));
END
$$;

-- Raises where the target is NULL, or the source of put_table is (22004), and where the target is no table (42809).
CREATE OR REPLACE FUNCTION dup_select_private.plan_check_tables(target regclass, input regclass, by_row boolean) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF target IS NULL OR input IS NULL AND NOT by_row THEN
        RAISE EXCEPTION 'the % is NULL', CASE WHEN target IS NULL THEN 'target' ELSE 'source' END
            USING ERRCODE = 'null_value_not_allowed', HINT = 'Give the name of a table.';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = target AND c.relkind IN ('r', 'p')) THEN
        RAISE EXCEPTION '% is not a table', target USING ERRCODE = 'wrong_object_type',
            HINT = 'Name the table that the rows shall stand in.';
    END IF;
END
$$;

-- Raises where a table has a rule on INSERT, or on UPDATE where ON CONFLICT is needed: 0A000. The server rewrites an INSERT by
-- them, RETURNING and ON CONFLICT are then refused: at the first row, without this.
CREATE OR REPLACE FUNCTION dup_select_private.plan_check_rules(levels jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_rule record;
BEGIN
    SELECT r.rulename, l.value ->> 'table' AS table INTO v_rule
    FROM jsonb_array_elements(levels) AS l
    JOIN pg_rewrite r ON r.ev_class = (l.value ->> 'relation')::oid
    WHERE r.ev_type = '3' AND r.ev_enabled <> 'D' OR r.ev_type = '2' AND l.value ? 'index' -- INSERT; UPDATE
    ORDER BY r.rulename LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'rule % of % would rewrite what is inserted, or found', quote_ident(v_rule.rulename), v_rule.table
            USING ERRCODE = 'feature_not_supported', HINT = 'Drop the rule. A trigger can do what it does.';
    END IF;
END
$$;

-- A NOTICE where nothing keeps rows of the target from being there twice.
CREATE OR REPLACE FUNCTION dup_select_private.plan_tell_keyless(target jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF NOT target ? 'elements' THEN
        RAISE NOTICE 'no unique key of % is filled by the mapping: every row given is a new one', target ->> 'table'
            USING HINT = format('natural_keys => %L names the columns that tell its rows apart.',
                jsonb_build_object(target ->> 'table', jsonb_build_array('a_column', 'another')));
    ELSIF NOT target ? 'index' THEN
        RAISE NOTICE 'no unique index of % is on the columns that natural_keys names: sessions at once may insert the same row',
            target ->> 'table';
    END IF;
END
$$;

-- Raises where natural_keys names what is not there: 22023.
CREATE OR REPLACE FUNCTION dup_select_private.plan_check_natural_keys(levels jsonb, natural_keys jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_name text;
BEGIN
    SELECT k.key INTO v_name
    FROM jsonb_each(natural_keys) AS k
    WHERE NOT EXISTS (
        SELECT
        FROM jsonb_array_elements(levels) AS l
        CROSS JOIN LATERAL dup_select_private.mapping_natural_key(jsonb_build_object(k.key, k.value),
            (l.value ->> 'relation')::oid,
            dup_select_private.path_text(ARRAY(SELECT jsonb_array_elements_text(l.value -> 'path')))) AS w
        WHERE w.index_name IS NOT NULL OR w.columns IS NOT NULL)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'natural_keys names %, which is neither a table nor a path of the mapping', v_name
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;

-- Raises where superclass is no ancestor of the target, or lacks what it would be searched by: 22023. Nothing where it is NULL.
CREATE OR REPLACE FUNCTION dup_select_private.plan_check_superclass(plan jsonb, superclass oid) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_missing text;
BEGIN
    IF superclass IS NULL THEN
        RETURN;
    END IF;
    IF NOT EXISTS (
        WITH RECURSIVE parents AS (
            SELECT (plan #>> '{target,relation}')::oid AS relation
            UNION
            SELECT i.inhparent FROM parents p JOIN pg_inherits i ON i.inhrelid = p.relation
        )
        SELECT FROM parents p WHERE p.relation = superclass AND superclass <> (plan #>> '{target,relation}')::oid)
    THEN
        RAISE EXCEPTION '% does not inherit from %', plan #>> '{target,table}', dup_select_private.table_name(superclass)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF (plan #>> '{target,shown}')::boolean IS NOT TRUE OR NOT plan -> 'target' ? 'index' THEN
        RAISE EXCEPTION '% has no unique key that the mapping fills, by which to look in %', plan #>> '{target,table}',
            dup_select_private.table_name(superclass)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT string_agg(quote_ident(c.column_name), ', ' ORDER BY c.attnum) INTO v_missing
    FROM pg_index i
    JOIN pg_class x ON x.oid = i.indexrelid
    JOIN dup_select_private.plan_table_columns(i.indrelid) AS c
        ON c.attnum = ANY ((i.indkey::smallint[])[0 : i.indnkeyatts - 1]::integer[]
                           || dup_select_private.plan_expression_columns(concat(i.indexprs::text, i.indpred::text)))
        OR plan -> 'primary_key' ? c.column_name
    WHERE i.indrelid = (plan #>> '{target,relation}')::oid AND x.relname = plan #>> '{target,index}'
      AND NOT EXISTS (SELECT FROM dup_select_private.plan_table_columns(superclass) AS s WHERE s.column_name = c.column_name);
    IF v_missing IS NOT NULL THEN
        RAISE EXCEPTION '% lacks % of %, without which no row can be looked up there',
            dup_select_private.table_name(superclass),
            v_missing, plan #>> '{target,table}'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'A superclass has the columns of the primary key and of the natural key.';
    END IF;
END
$$;

-- Input columns and their types: those of the input table, else those the mapping names. Errors: 22023, 42804.
CREATE OR REPLACE FUNCTION dup_select_private.plan_inputs(levels jsonb, input oid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_entry  record;
    v_inputs jsonb := '[]';
    v_known  jsonb;
BEGIN
    IF input IS NOT NULL THEN
        RETURN (SELECT jsonb_agg(jsonb_build_object('name', c.column_name, 'type', c.type) ORDER BY c.attnum)
                FROM dup_select_private.plan_table_columns(input) AS c);
    END IF;
    FOR v_entry IN
        SELECT l.value -> 'inputs' ->> m.key AS name, m.value AS expression, c.type,
               dup_select_private.path_text(ARRAY(SELECT jsonb_array_elements_text(l.value -> 'path')) || m.key) AS path
        FROM jsonb_array_elements(levels) WITH ORDINALITY AS l (value, n)
        CROSS JOIN LATERAL jsonb_each_text(l.value -> 'mapped') AS m
        JOIN LATERAL dup_select_private.plan_table_columns((l.value ->> 'relation')::oid) AS c ON c.column_name = m.key
        ORDER BY l.n, c.attnum
    LOOP
        IF v_entry.name IS NULL THEN
            RAISE EXCEPTION 'path % is mapped to "%", and the types of the input columns are not known',
                v_entry.path, v_entry.expression
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = 'Give input => a table with the input columns, or map the path to a plain column name.';
        END IF;
        v_known := jsonb_path_query_first(v_inputs, '$[*] ? (@.name == $name)', jsonb_build_object('name', v_entry.name));
        IF v_known ->> 'type' <> v_entry.type THEN
            RAISE EXCEPTION 'input column % would be % by path % and % by another', quote_ident(v_entry.name), v_entry.type,
                v_entry.path, v_known ->> 'type'
                USING ERRCODE = 'datatype_mismatch', HINT = 'Give input => a table with the input columns.';
        ELSIF v_known IS NULL THEN
            v_inputs := v_inputs || jsonb_build_object('name', v_entry.name, 'type', v_entry.type);
        END IF;
    END LOOP;
    RETURN v_inputs;
END
$$;

-- Input columns of a view that are the natural key of a parent and have the name of the column that refers to it. advisory(id),
-- affected(advisory_id): what is given as advisory_id is the natural key of the parent, and its id as well. It is read as the
-- former, so that the parent is made where it does not stand, and given back as the latter.
CREATE OR REPLACE FUNCTION dup_select_private.plan_read_keys(levels jsonb) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(array_agg(DISTINCT o.out), '{}')
    FROM jsonb_array_elements(levels) AS l
    CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                  jsonb_array_elements_text(l.value -> 'key_columns'),
                                  jsonb_array_elements_text(l.value -> 'outs')) AS o (name, key, out)
    JOIN jsonb_array_elements(levels) AS c ON c.value -> 'path' = l.value -> 'child'
    WHERE l.value -> 'inputs' ->> o.key = o.out AND NOT c.value -> 'mapped' ? o.name
$$;

-- Whether the mapping has an expression that is more than the name of an input column.
CREATE OR REPLACE FUNCTION dup_select_private.plan_has_expressions(plan jsonb) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT EXISTS (
        SELECT
        FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) AS l, jsonb_array_elements(l.value -> 'columns') AS c
        WHERE c.value ->> 'expression' IS NOT NULL AND (c.value ->> 'direct')::boolean IS NOT TRUE)
$$;

-- Primary-key columns that are only known after the look-up, and where the trigger puts them.
CREATE OR REPLACE FUNCTION dup_select_private.plan_returned(plan jsonb) RETURNS TABLE (n bigint, name text, reference text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH keys AS (
        SELECT k.n, k.name, c.value IS NOT NULL AS filled,
               k.name IN (SELECT (parse_ident(e.value ->> 'element'))[1]
                          FROM jsonb_array_elements(plan -> 'target' -> 'elements') AS e
                          WHERE dup_select_private.mapping_input(e.value ->> 'element') IS NOT NULL) AS in_key,
               dup_select_private.plan_new(k.name) = c.value ->> 'value' AS same
        FROM jsonb_array_elements_text(plan -> 'primary_key') WITH ORDINALITY AS k (name, n)
        LEFT JOIN jsonb_array_elements(plan -> 'target' -> 'columns') AS c ON c.value ->> 'column' = k.name
    )
    SELECT k.n, k.name, CASE
        WHEN k.filled THEN quote_ident(plan #>> ARRAY['target', 'returned', k.name])
        ELSE dup_select_private.plan_new(k.name)
    END
    FROM keys k
    WHERE NOT coalesce(k.in_key AND k.same, false) OR (plan #>> '{target,triggered}')::boolean
$$;
