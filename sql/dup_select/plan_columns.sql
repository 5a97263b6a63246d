SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The plan with all columns that its statements fill: mapped ones, and foreign keys whose parent is a level.
CREATE FUNCTION dup_select_private.fill_columns(plan dup_select_private.plan) RETURNS dup_select_private.plan
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_plan    dup_select_private.plan := plan;
    v_columns dup_select_private.plan_column[]; -- by itself: in a plan, each change copies all
    v_column  dup_select_private.plan_column;
    v_facts   record;
BEGIN
    FOR v_n IN 1 .. cardinality(plan.levels) LOOP
        v_columns := '{}';
        FOR v_facts IN
            SELECT f.facts, m.mapped, r.out_name, i.type = (f.facts).type AS direct
            FROM (SELECT f AS facts, f.number FROM unnest(((plan.levels[v_n]).facts).columns) f) f
            LEFT JOIN (SELECT m AS mapped, (m.facts).number, m.input FROM unnest((plan.levels[v_n]).columns) m) m
                ON m.number = f.number
            LEFT JOIN (SELECT r.child_column, min(r.out_name) AS out_name FROM dup_select_private.references_of(plan.levels) r
                       WHERE r.child = v_n GROUP BY r.child_column) r ON r.child_column = (f.facts).name
            LEFT JOIN (SELECT i.name, i.type FROM unnest(plan.inputs) i
                       WHERE NOT (plan.by_row AND i.name = ANY (plan.read_keys))) i ON i.name = m.input
            WHERE m.number IS NOT NULL OR r.out_name IS NOT NULL
            ORDER BY f.number
        LOOP
            v_column := v_facts.mapped;
            v_column.facts := v_facts.facts;
            v_column.out_name := v_facts.out_name;
            v_column.direct := coalesce(v_facts.direct, false);
            v_columns := v_columns || v_column;
        END LOOP;
        v_plan.levels[v_n].columns := v_columns;
    END LOOP;
    RETURN v_plan;
END
$$;

-- The plan with the places of all values: of columns, and of the keys of parents.
CREATE FUNCTION dup_select_private.place_values(plan dup_select_private.plan) RETURNS dup_select_private.plan
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_plan    dup_select_private.plan := plan;
    v_columns dup_select_private.plan_column[];
    v_column  dup_select_private.plan_column;
BEGIN
    FOR v_n IN 1 .. cardinality(plan.levels) LOOP
        v_columns := '{}';
        FOREACH v_column IN ARRAY (plan.levels[v_n]).columns LOOP
            v_column.slot := ROW(
                CASE WHEN NOT plan.by_row THEN (plan.names).rows
                     WHEN v_column.out_name IS NOT NULL OR v_column.direct THEN 'NEW' END,
                CASE WHEN NOT plan.by_row THEN v_column.held
                     ELSE coalesce(v_column.out_name, CASE WHEN v_column.direct THEN v_column.input END, v_column.held) END);
            v_column.echo := plan.by_row AND v_n = 1 AND v_column.out_name IS NULL AND v_column.direct
                AND dup_select_private.fallback(v_column.facts) IS NOT NULL
                AND 1 = (SELECT count(*) FROM generate_subscripts(plan.levels, 1) n CROSS JOIN unnest((plan.levels[n]).columns) c
                         WHERE c.input = v_column.input);
            v_columns := v_columns || v_column;
        END LOOP;
        v_plan.levels[v_n].columns := v_columns;
    END LOOP;
    FOR v_n IN 2 .. cardinality(plan.levels) LOOP
        v_plan.levels[v_n].own := ARRAY(
            SELECT c.slot
            FROM dup_select_private.references_of(plan.levels) r
            JOIN unnest((v_plan.levels[r.child]).columns) c ON (c.facts).name = r.child_column
            WHERE r.level = v_n ORDER BY r.n);
    END LOOP;
    FOR v_n IN 2 .. cardinality(plan.levels) LOOP
        v_plan.levels[v_n].above := ARRAY(
            SELECT ROW(o.record, o.name)::dup_select_private.slot
            FROM generate_subscripts(plan.levels, 1) a
            CROSS JOIN unnest((v_plan.levels[a]).own) WITH ORDINALITY AS o (record, name, n)
            WHERE a < v_n AND (plan.levels[a]).path = (plan.levels[v_n]).path[: cardinality((plan.levels[a]).path)]
            ORDER BY a, o.n);
    END LOOP;
    RETURN v_plan;
END
$$;

-- The default that a column gets where NULL is given, if that can be told beforehand.
CREATE FUNCTION dup_select_private.fallback(facts dup_select_private.column_facts) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT facts.expression WHERE NOT facts.generated AND NOT facts.volatile);
END
$$;

-- The level with those expressions marked that go in as text. PL/pgSQL casts so of itself what it assigns: as INSERT does, else
-- by text. CAST would cut what is too long, and an integer to one bit. Errors: those of the expressions.
CREATE FUNCTION dup_select_private.check_expressions(
    level dup_select_private.plan_level, inputs dup_select_private.input_column[]
) RETURNS dup_select_private.plan_level
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level   dup_select_private.plan_level := level;
    v_columns dup_select_private.plan_column[] := '{}';
    v_column  dup_select_private.plan_column;
    v_names   text[] := ARRAY(SELECT i.name FROM unnest(inputs) WITH ORDINALITY AS i (name, type, n) ORDER BY i.n);
    v_place   integer;
BEGIN
    FOREACH v_column IN ARRAY level.columns LOOP
        v_column.as_text := v_column.expression IS NOT NULL AND NOT v_column.direct;
        IF v_column.as_text THEN
            v_place := array_position(v_names, v_column.input); -- all inputs for each column: the square of their number
            v_column.as_text := NOT dup_select_private.is_castable(
                dup_select_private.path_text(level.path || (v_column.facts).name), v_column.expression,
                (level.facts).qualified_name, (v_column.facts).name,
                CASE WHEN v_place IS NULL THEN inputs ELSE inputs[v_place : v_place] END);
        END IF;
        v_columns := v_columns || v_column;
    END LOOP;
    v_level.columns := v_columns;
    RETURN v_level;
END
$$;

-- Whether an INSERT casts the expression to the type of the column; where not, it goes in as text. Raises, naming path and
-- expression, where it is not one expression over the input columns. Errors: those of the expression.
-- Nothing is evaluated, not even planned, which folds what is constant: SELECT INTO and INSERT are no queries for a cursor, and
-- the server refuses them (42P11) after they are analyzed and before they are planned. Several statements are refused there too,
-- by a message that names none. Two frames, so that nothing but one expression fits both, and WHERE, which takes neither
-- aggregates nor sets. A comment would swallow what follows. The subquery makes text of a literal, whose input function would
-- be run.
CREATE FUNCTION dup_select_private.is_castable(
    path text, expression text, table_name text, column_name text, inputs dup_select_private.input_column[]
) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_test  refcursor;
    v_input text := (SELECT string_agg(format('NULL::%s AS %I', i.type, i.name), ', ') FROM unnest(inputs) i);
BEGIN
    BEGIN
        OPEN v_test FOR EXECUTE format(
            'SELECT INTO pg_temp.test FROM (SELECT %s) AS input WHERE (%s) IS NULL', v_input, expression);
    EXCEPTION WHEN invalid_cursor_definition THEN
        IF strpos(SQLERRM, 'SELECT INTO') = 0 THEN
            RAISE EXCEPTION 'several statements' USING ERRCODE = 'syntax_error';
        END IF;
    END;
    BEGIN
        OPEN v_test FOR EXECUTE format(
            'INSERT INTO %s (%I) OVERRIDING SYSTEM VALUE SELECT given.value '
            'FROM (SELECT CASE WHEN true THEN %s END AS value FROM (SELECT %s) AS input) AS given',
            table_name, column_name, expression, v_input);
    EXCEPTION
        WHEN invalid_cursor_definition THEN RETURN true;
        WHEN datatype_mismatch OR cannot_coerce THEN RETURN false;
    END;
EXCEPTION
    WHEN insufficient_privilege THEN RAISE;
    WHEN OTHERS THEN
        RAISE EXCEPTION 'path % is mapped to "%": %', path, expression, SQLERRM
            USING ERRCODE = SQLSTATE,
                  HINT = 'It must be one SQL expression over the input columns. Functions outside pg_catalog need their schema.';
END
$$;
