SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- What an inserter view (by_row) or put_table is to do, step by step. Errors: 22004, 22023, 42701, 42702, 42703, 42804, 42809,
-- 428C9, 0A000, those of an expression.
CREATE FUNCTION dup_select_private.plan(
    target regclass, mapping jsonb, input regclass, natural_keys jsonb, superclass regclass, by_row boolean
) RETURNS dup_select_private.plan
LANGUAGE plpgsql STABLE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET jit = off -- that takes longer than running
    SET datestyle = 'ISO, YMD' SET intervalstyle = 'postgres' -- of defaults, as text
AS $$
DECLARE
    v_plan dup_select_private.plan;
BEGIN
    PERFORM dup_select_private.check_tables(target, input, by_row);
    PERFORM dup_select_private.check_keys_given(natural_keys);
    v_plan.by_row := by_row;
    v_plan.levels := dup_select_private.plan_levels(
        target, dup_select_private.mapping(target, mapping, input, natural_keys));
    v_plan.pinned := dup_select_private.is_pinned(ARRAY(SELECT ((v_plan.levels[n]).facts).id
                                                        FROM generate_subscripts(v_plan.levels, 1) n));
    v_plan.inputs := dup_select_private.plan_inputs(v_plan.levels, input);
    IF NOT by_row THEN
        v_plan := dup_select_private.mark_together(v_plan);
    END IF;
    v_plan := dup_select_private.name_levels(v_plan);
    PERFORM dup_select_private.check_names(v_plan);
    v_plan := dup_select_private.name_the_rest(dup_select_private.fill_columns(v_plan));
    v_plan := dup_select_private.place_values(v_plan);
    PERFORM dup_select_private.check_natural_keys(v_plan.levels, natural_keys);
    FOR v_n IN 1 .. cardinality(v_plan.levels) LOOP
        v_plan.levels[v_n] := dup_select_private.check_expressions(v_plan.levels[v_n], v_plan.inputs);
        v_plan.levels[v_n].key := dup_select_private.plan_key(v_plan.levels[v_n], natural_keys);
    END LOOP;
    PERFORM dup_select_private.check_rules(v_plan.levels);
    IF NOT by_row THEN
        v_plan := dup_select_private.plan_maps(v_plan);
    END IF;
    PERFORM dup_select_private.tell_keyless(v_plan.levels[1]);
    v_plan.superclass := dup_select_private.superclass(v_plan.levels[1], superclass);
    IF NOT by_row THEN -- by the snapshot of all this
        v_plan.state := dup_select_private.catalog_state(dup_select_private.planned_relations(v_plan));
    END IF;
    RETURN v_plan;
END
$$;

-- Raises where the target is NULL, or the source of put_table is (22004), and where the target is no table (42809).
CREATE FUNCTION dup_select_private.check_tables(target regclass, input regclass, by_row boolean) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF target IS NULL OR input IS NULL AND NOT by_row THEN
        RAISE EXCEPTION 'the % is NULL', CASE WHEN target IS NULL THEN 'target' ELSE 'source' END
            USING ERRCODE = 'null_value_not_allowed', HINT = 'Give the name of a table.';
    END IF;
    IF coalesce(dup_select_private.relation_kind(target) NOT IN ('r', 'p'), true) THEN
        RAISE EXCEPTION '% is not a table', target USING ERRCODE = 'wrong_object_type',
            HINT = 'Name the table that the rows are put into.';
    END IF;
END
$$;

-- Input columns and their types: those of the input table, else those the mapping names. Errors: 22023, 42804.
CREATE FUNCTION dup_select_private.plan_inputs(levels dup_select_private.plan_level[], input oid)
RETURNS dup_select_private.input_column[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_column record;
    v_inputs dup_select_private.input_column[] := '{}';
    v_type   text;
BEGIN
    IF input IS NOT NULL THEN
        RETURN ARRAY(SELECT ROW(c.name, c.type)::dup_select_private.input_column
                     FROM dup_select_private.columns_of_input(input) c);
    END IF;
    FOR v_column IN
        SELECT c.input, c.expression, (c.facts).type,
               dup_select_private.path_text((levels[n]).path || (c.facts).name) AS path
        FROM generate_subscripts(levels, 1) n CROSS JOIN unnest((levels[n]).columns) c
        ORDER BY n, (c.facts).number
    LOOP
        IF v_column.input IS NULL THEN
            RAISE EXCEPTION 'path % is mapped to "%", and the types of the input columns are not known',
                v_column.path, v_column.expression
                USING ERRCODE = 'invalid_parameter_value',
                      HINT = 'Give input => a table with the input columns, or map the path to a plain column name.';
        END IF;
        v_type := (SELECT i.type FROM unnest(v_inputs) i WHERE i.name = v_column.input);
        IF v_type <> v_column.type THEN
            RAISE EXCEPTION 'input column % would be % by path % and % by another', quote_ident(v_column.input), v_column.type,
                v_column.path, v_type
                USING ERRCODE = 'datatype_mismatch', HINT = 'Give input => a table with the input columns.';
        ELSIF v_type IS NULL THEN
            v_inputs := v_inputs || ROW(v_column.input, v_column.type)::dup_select_private.input_column;
        END IF;
    END LOOP;
    RETURN v_inputs;
END
$$;

-- Raises where natural_keys names what is not there: 22023.
CREATE FUNCTION dup_select_private.check_natural_keys(levels dup_select_private.plan_level[], natural_keys jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_name text;
BEGIN
    SELECT k.key INTO v_name
    FROM jsonb_each(natural_keys) k
    WHERE NOT EXISTS (
        SELECT
        FROM generate_subscripts(levels, 1) n
        CROSS JOIN LATERAL dup_select_private.named_key(
            jsonb_build_object(k.key, k.value), ((levels[n]).facts).id, dup_select_private.path_text((levels[n]).path)) w
        WHERE w.index_name IS NOT NULL OR w.columns IS NOT NULL)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'natural_keys names %, which is neither a table nor a path of the mapping', v_name
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = format('The tables of the mapping are %s; a path is written as in the mapping, without its last column. '
                      'A mapping itself is given as mapping.',
                      (SELECT string_agg(DISTINCT ((levels[n]).facts).qualified_name, ', ')
                       FROM generate_subscripts(levels, 1) n));
    END IF;
END
$$;

-- Raises where a table has a rule on INSERT, or on UPDATE where ON CONFLICT is needed: 0A000. The server rewrites an INSERT by
-- them, RETURNING and ON CONFLICT are then refused: at the first row, without this.
CREATE FUNCTION dup_select_private.check_rules(levels dup_select_private.plan_level[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_rule record;
BEGIN
    SELECT r.name, ((levels[n]).facts).qualified_name AS "table" INTO v_rule
    FROM generate_subscripts(levels, 1) n
    CROSS JOIN LATERAL dup_select_private.rules_of(((levels[n]).facts).id) r
    WHERE r.event = 'INSERT' OR r.event = 'UPDATE' AND ((levels[n]).key).index_name IS NOT NULL
    ORDER BY r.name COLLATE "C" LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'rule % of % would rewrite what is inserted, or found', quote_ident(v_rule.name), v_rule.table
            USING ERRCODE = 'feature_not_supported', HINT = 'Drop the rule. A trigger can do what it does.';
    END IF;
END
$$;

-- A NOTICE where nothing keeps rows of the target from being there twice.
CREATE FUNCTION dup_select_private.tell_keyless(target dup_select_private.plan_level) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF (target.key).parts IS NULL THEN
        RAISE NOTICE 'no unique key of % is filled by the mapping: every row given is a new one', (target.facts).qualified_name
            USING HINT = format('natural_keys => %L names the columns that tell its rows apart.',
                jsonb_build_object((target.facts).qualified_name, jsonb_build_array('a_column', 'another')));
    ELSIF (target.key).index_name IS NULL THEN
        RAISE NOTICE 'no unique index of % is on the columns that natural_keys names: sessions at once may insert the same row',
            (target.facts).qualified_name
            USING HINT = 'Create one, or let one session at a time put rows in.';
    END IF;
END
$$;

-- The qualified name of superclass. Raises where it is no ancestor of the target, or lacks what it would be searched by: 22023.
CREATE FUNCTION dup_select_private.superclass(target dup_select_private.plan_level, superclass oid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_table   dup_select_private.table_facts := target.facts;
    v_name    text;
    v_missing text;
BEGIN
    IF superclass IS NULL THEN
        RETURN NULL;
    END IF;
    v_name := dup_select_private.qualified_name(superclass);
    IF NOT dup_select_private.inherits_from(v_table.id, superclass) THEN
        RAISE EXCEPTION '% does not inherit from %', v_table.qualified_name, v_name
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Give a table that it inherits from, or no superclass.';
    END IF;
    IF (target.key).shown IS NOT TRUE OR (target.key).index_name IS NULL THEN
        RAISE EXCEPTION '% has no unique key that the mapping fills, by which to look in %', v_table.qualified_name, v_name
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Map the columns of a unique index, or give no superclass.';
    END IF;
    SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.number) INTO v_missing
    FROM unnest(v_table.columns) c
    CROSS JOIN unnest(v_table.keys) k
    WHERE k.name = (target.key).index_name
        AND (c.number = ANY (k.columns || k.expression_columns || k.predicate_columns) OR c.name = ANY (v_table.primary_key))
        AND c.name <> ALL (dup_select_private.column_names(superclass));
    IF v_missing IS NOT NULL THEN
        RAISE EXCEPTION '% lacks % of %, without which no row can be looked up there', v_name, v_missing, v_table.qualified_name
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'A superclass has the columns of the primary key and of the natural key.';
    END IF;
    RETURN v_name;
END
$$;
