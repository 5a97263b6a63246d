SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

CREATE OR REPLACE FUNCTION dup_select.put_table(
    source regclass, target regclass, mapping jsonb DEFAULT NULL, natural_keys jsonb DEFAULT NULL,
    superclass regclass DEFAULT NULL
) RETURNS TABLE (input_row tid, output_key jsonb)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_plan dup_select_private.plan := dup_select_private.plan(target, mapping, source, natural_keys, superclass, false);
    v_path pg_catalog.text := pg_catalog.current_setting('search_path'); -- triggers may rely on it
    v_step record;
BEGIN
    CALL dup_select_private.fill_work_table(v_plan, source);
    IF v_plan.pinned THEN
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    END IF;
    FOR v_step IN SELECT * FROM dup_select_private.put_statements(v_plan) LOOP
        IF v_step.once IS NOT NULL THEN
            EXECUTE v_step.once;
        ELSE
            CALL dup_select_private.put_level(v_step.title, v_step.resolve, v_step.missing, v_step.pending, v_step.in_order);
        END IF;
    END LOOP;
    RETURN QUERY EXECUTE dup_select_private.answer(v_plan);
    EXECUTE pg_catalog.format('DROP TABLE pg_temp.%I', (v_plan.names).work);
    PERFORM pg_catalog.set_config('search_path', v_path, true);
END
$$;

COMMENT ON FUNCTION dup_select.put_table(regclass, regclass, jsonb, jsonb, regclass) IS
    'Puts all rows of a table into another one, found or made by natural key like their parents, level by level, and '
    'gives for each input row the primary key of its row. NULL means: mapping from the catalog, natural keys chosen, no '
    'superclass. A NOTICE tells where no unique key of the target is filled, so that every row is a new one: natural_keys names '
    'a unique index, or columns, as {"a_schema.a_table": ["a_column", "another"]}. Errors: those of put_table_sql; 42809 where '
    'the source is a view or has child tables; P0002 where a row is neither taken nor found; those of the tables.';

-- Makes and fills the work table. The expressions of a mapping have been checked under this search_path, so they are evaluated
-- under it. Errors: 42809 where the source is a view or has child tables; those of the expressions.
CREATE PROCEDURE dup_select_private.fill_work_table(plan dup_select_private.plan, source regclass)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_statement text;
BEGIN
    IF dup_select_private.relation_kind(source) NOT IN ('r', 'm') THEN
        RAISE EXCEPTION '% is not a table, its rows have no address', source USING ERRCODE = 'wrong_object_type',
            HINT = 'CREATE TEMPORARY TABLE ... AS SELECT makes one.';
    ELSIF dup_select_private.has_children(source) THEN
        RAISE EXCEPTION '% has child tables, whose rows have addresses of their own', source USING ERRCODE = 'wrong_object_type',
            HINT = 'CREATE TEMPORARY TABLE ... AS SELECT makes one table of them.';
    END IF;
    FOR v_statement IN SELECT dup_select_private.fill_statements(plan, source) LOOP
        EXECUTE v_statement;
    END LOOP;
END
$$;

-- Finds or makes the rows of one level, or of several together. More than two rounds of one level only beside a concurrent
-- writer: what it commits between the look-up and the INSERT is found next time. After 100 rounds the rest goes in_order. Errors:
-- P0002 where a row still has none and there is no in_order; those of the tables.
CREATE PROCEDURE dup_select_private.put_level(title text, resolve text, missing text, pending text, in_order text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    FOR v_attempt IN 1 .. 100 LOOP
        IF dup_select_private.is_resolved(resolve, pending) THEN
            RETURN;
        END IF;
        EXECUTE missing;
    END LOOP;
    IF in_order IS NOT NULL THEN
        EXECUTE in_order;
        RETURN;
    END IF;
    RAISE EXCEPTION '% neither takes a row nor shows the one with its key', title USING ERRCODE = 'no_data_found',
        HINT = 'A trigger that leaves rows out, or a row security policy, may be the reason.';
END
$$;

-- Looks up the keys of a level that exist (NULL: none can be), and tells whether all rows of the work table have theirs.
CREATE FUNCTION dup_select_private.is_resolved(resolve text, pending text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_pending boolean;
BEGIN
    IF resolve IS NOT NULL THEN
        EXECUTE resolve;
    END IF;
    EXECUTE format('SELECT EXISTS (%s)', pending) INTO v_pending;
    RETURN NOT v_pending;
END
$$;
