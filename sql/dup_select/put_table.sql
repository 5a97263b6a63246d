SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- A rule is looked for where a statement has failed: rows are all good nearly always.
CREATE OR REPLACE FUNCTION dup_select.put_table(
    source regclass, target regclass, mapping jsonb DEFAULT NULL, natural_keys jsonb DEFAULT NULL,
    superclass regclass DEFAULT NULL, on_existing text DEFAULT 'keep', on_reject text DEFAULT 'fail',
    reject_limit bigint DEFAULT NULL
) RETURNS TABLE (input_row tid, output_key jsonb)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_plan   dup_select_private.plan;
    v_few    pg_catalog.text := dup_select_private.few_name(source, target, mapping, natural_keys, superclass, on_existing,
                                                            on_reject);
    v_path   pg_catalog.text := pg_catalog.current_setting('search_path'); -- triggers may rely on it
    v_before pg_catalog.text[];
BEGIN
    IF dup_select_private.is_kept(v_few) IS NOT TRUE THEN
        v_plan := dup_select_private.plan(target, mapping, source, natural_keys, superclass, false);
        PERFORM dup_select_private.check_put(v_plan, on_existing, on_reject);
        v_few := dup_select_private.keep_few(v_plan, v_few);
    END IF;
    CALL dup_select_private.empty_report();
    IF v_few IS NOT NULL THEN
        BEGIN
            RETURN QUERY EXECUTE dup_select_private.call_few(v_few, source);
            RETURN;
        EXCEPTION WHEN data_exception OR not_null_violation OR check_violation THEN
            v_plan := dup_select_private.plan(target, mapping, source, natural_keys, superclass, false);
        END;
    END IF;
    v_before := dup_select_private.change_settings();
    BEGIN
        CALL dup_select_private.put_levels(v_plan, source, on_existing, on_reject, reject_limit, false);
    EXCEPTION WHEN data_exception OR not_null_violation OR check_violation THEN
        CALL dup_select_private.put_levels(v_plan, source, on_existing, on_reject, reject_limit, true);
    END;
    RETURN QUERY EXECUTE dup_select_private.answer(v_plan, on_existing OPERATOR(pg_catalog.=) 'fail');
    EXECUTE dup_select_private.drop_statement(v_plan);
    CALL dup_select_private.restore_settings(v_before);
    PERFORM pg_catalog.set_config('search_path', v_path, true);
END
$$;

COMMENT ON FUNCTION dup_select.put_table(regclass, regclass, jsonb, jsonb, regclass, text, text, bigint) IS
    'Puts all rows of a table into another one, found or made by natural key like their parents, level by level, and gives for '
    'each input row the primary key of its row. NULL means: mapping from the catalog, natural keys chosen, no superclass. A '
    'NOTICE tells where no unique key of the target is filled, so that every row is a new one: natural_keys names a unique '
    'index, or columns, as {"a_schema.a_table": ["a_column", "another"]}. on_existing, of rows of the target: keep, update '
    '(what is given and differs), or fail. on_reject, of rows that break a rule: fail, or skip, at most reject_limit. What '
    'became of the rows is in pg_temp.put_report, those that were left out in pg_temp.put_rejects. Errors: those of '
    'put_table_sql; 23000 where rows are bad; 42809 where the source is a view or has child tables; P0002 where a row is '
    'neither taken nor found; those of the tables.';

-- Empties what the last call has left. Errors: 42501 where that was another role's.
CREATE PROCEDURE dup_select_private.empty_report()
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_statement text;
BEGIN
    IF to_regclass('pg_temp.put_report') IS NOT NULL AND to_regclass('pg_temp.put_rejects') IS NOT NULL THEN
        DELETE FROM pg_temp.put_report;
        DELETE FROM pg_temp.put_rejects;
        RETURN;
    END IF;
    FOR v_statement IN SELECT dup_select_private.report_statements('{}') LOOP
        EXECUTE v_statement;
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'another role has put rows in in this session' USING ERRCODE = 'insufficient_privilege',
        HINT = 'What it left is in the way: DISCARD TEMP as that role, or take another session.';
END
$$;

-- Fills the work table, puts the levels and reports. with_rejects: what cannot be put in is looked for first. Errors: 23000 where
-- there is such, or more than may be.
CREATE PROCEDURE dup_select_private.put_levels(
    plan dup_select_private.plan, source regclass, on_existing text, on_reject text, reject_limit bigint, with_rejects boolean
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_rows pg_catalog.int8;
    v_step pg_catalog.record;
BEGIN
    CALL dup_select_private.fill_work_table(plan, source, on_existing, with_rejects);
    IF with_rejects THEN
        CALL dup_select_private.refuse_rows(plan, source, false, on_reject, reject_limit);
    END IF;
    v_rows := dup_select_private.number_of(pg_catalog.format('SELECT count(*) FROM pg_temp.%I', (plan.names).work));
    IF plan.pinned THEN
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    END IF;
    FOR v_step IN SELECT * FROM dup_select_private.put_statements(plan, on_existing) LOOP
        IF v_step.once IS NOT NULL THEN
            EXECUTE v_step.once;
        ELSE
            CALL dup_select_private.put_level(plan, v_step.level, v_step.title, v_step.resolve, v_step.missing, v_step.pending,
                                              v_step.in_order, v_step.about);
            IF v_rows OPERATOR(pg_catalog.>=) 10000 THEN -- that takes a while
                RAISE NOTICE '%', v_step.title USING DETAIL = dup_select_private.progress(plan, v_step.level),
                    HINT = 'pg_temp.put_report has it in the end, of all levels.';
            END IF;
        END IF;
    END LOOP;
    IF on_existing OPERATOR(pg_catalog.=) 'fail' THEN
        CALL dup_select_private.refuse_rows(plan, source, true, on_reject, reject_limit);
    END IF;
    CALL dup_select_private.finish_report(plan, on_existing);
END
$$;

-- Makes and fills the work table. The expressions of a mapping have been checked under this search_path, so they are evaluated
-- under it. Errors: 42809 where the source is a view or has child tables; those of the expressions.
CREATE PROCEDURE dup_select_private.fill_work_table(
    plan dup_select_private.plan, source regclass, on_existing text, with_rejects boolean
)
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
    FOREACH v_statement IN ARRAY dup_select_private.fill_statements(plan, source, on_existing, with_rejects) LOOP
        EXECUTE v_statement;
    END LOOP;
END
$$;

-- Lists rows that are left out, and raises where there may be none, or not so many: 23000.
CREATE PROCEDURE dup_select_private.refuse_rows(
    plan dup_select_private.plan, source regclass, existing boolean, on_reject text, reject_limit bigint
)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_statement text := dup_select_private.refuse_rejects(on_reject, reject_limit);
    v_detail    text;
    v_hint      text;
BEGIN
    EXECUTE dup_select_private.list_rejected(plan, source, existing);
    IF v_statement IS NOT NULL THEN
        EXECUTE v_statement;
    END IF;
EXCEPTION WHEN SQLSTATE '23000' THEN -- without the statement as its context
    GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL, v_hint = PG_EXCEPTION_HINT;
    RAISE EXCEPTION '%', SQLERRM USING ERRCODE = '23000', DETAIL = v_detail, HINT = v_hint;
END
$$;

-- Finds or makes the rows of one level, or of several together. More than two rounds of one level only beside a concurrent
-- writer: what it commits between the look-up and the INSERT is found next time. After 100 rounds the rest goes in_order. Errors:
-- P0002 where a row still has none and there is no in_order; those of the tables.
CREATE PROCEDURE dup_select_private.put_level(
    plan dup_select_private.plan, number integer, title text, resolve text, missing text, pending text, in_order text, about text
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_inserted pg_catalog.int8 := 0;
    v_count    pg_catalog.int8;
BEGIN
    CALL dup_select_private.begin_report(plan, number);
    FOR v_attempt IN 1 .. 102 LOOP
        IF v_attempt OPERATOR(pg_catalog.>) 1 OR NOT dup_select_private.is_found_at_once(plan.levels[number]) THEN
            PERFORM dup_select_private.look_up(resolve);
        END IF;
        IF v_attempt OPERATOR(pg_catalog.=) 1 AND pending IS NOT NULL THEN
            CALL dup_select_private.report_existing(plan, number);
            IF about IS NOT NULL THEN
                EXECUTE about;
                GET DIAGNOSTICS v_count = ROW_COUNT;
                UPDATE pg_temp.put_report SET updated = v_count
                WHERE table_name OPERATOR(pg_catalog.=) (plan.levels[1]).reported;
            END IF;
        END IF;
        EXIT WHEN dup_select_private.number_of('SELECT count(*) FROM (' OPERATOR(pg_catalog.||) pending
                                               OPERATOR(pg_catalog.||) ') AS pending') OPERATOR(pg_catalog.=) 0;
        IF v_attempt OPERATOR(pg_catalog.<=) 100 THEN
            EXECUTE missing;
            GET DIAGNOSTICS v_count = ROW_COUNT;
            v_inserted := v_inserted OPERATOR(pg_catalog.+) v_count;
        ELSIF in_order IS NULL OR v_attempt OPERATOR(pg_catalog.=) 102 THEN
            RAISE EXCEPTION '% neither takes a row nor shows the one with its key', title USING ERRCODE = 'no_data_found',
                HINT = 'A trigger that leaves rows out, or a row security policy, may be the reason.';
        ELSE
            EXECUTE in_order;
        END IF;
        EXIT WHEN pending IS NULL;
    END LOOP;
    CALL dup_select_private.report_inserted(plan, number, v_inserted);
END
$$;

-- Looks up the keys of a level that exist. NULL: none can be.
CREATE FUNCTION dup_select_private.look_up(resolve text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF resolve IS NOT NULL THEN
        EXECUTE resolve;
    END IF;
END
$$;

-- The number that a query gives, NULL where there is no query. Whether a level has rows that are pending is counted, too: for
-- EXISTS the server would choose a plan that finds the first of them fast, and compare each row with each.
CREATE FUNCTION dup_select_private.number_of(query text) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_number bigint;
BEGIN
    EXECUTE query INTO v_number;
    RETURN v_number;
END
$$;

-- Statement that drops the temporary tables of put_table.
CREATE FUNCTION dup_select_private.drop_statement(plan dup_select_private.plan) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'DROP TABLE ' || string_agg(format('pg_temp.%I', t.name), ', ')
    FROM unnest(dup_select_private.temporary_tables(plan)) t (name)
    WHERE to_regclass(format('pg_temp.%I', t.name)) IS NOT NULL
$$;
