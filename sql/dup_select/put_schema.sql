SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

CREATE OR REPLACE FUNCTION dup_select.put_schema(
    source regnamespace, target regnamespace, mapping jsonb DEFAULT NULL, natural_keys jsonb DEFAULT NULL,
    on_existing text DEFAULT 'keep', without_key text DEFAULT 'refuse', on_reject text DEFAULT 'fail',
    reject_limit bigint DEFAULT NULL, keep_maps boolean DEFAULT false
) RETURNS TABLE (
    table_name text, rows_in bigint, inserted bigint, existing bigint, updated bigint, collapsed bigint, conflicting bigint,
    rejected bigint
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
#variable_conflict use_column
DECLARE
    v_tables     dup_select_private.schema_table[];
    v_statements dup_select_private.schema_statement[];
    v_pinned     pg_catalog.bool;
BEGIN
    PERFORM dup_select_private.check_choice('on_reject', on_reject, '{fail,skip}');
    v_tables := dup_select_private.schema_plan(
        source, target, mapping, natural_keys, on_existing, without_key, keep_maps);
    v_pinned := dup_select_private.is_pinned_schema(v_tables);
    v_statements := ARRAY(SELECT dup_select_private.schema_statements(v_tables, on_reject, reject_limit, keep_maps));
    CALL dup_select_private.run_schema_statements(v_statements, v_pinned);
    RETURN QUERY
        SELECT r.table_name, r.rows_in, r.inserted, r.existing, r.updated, r.collapsed, r.conflicting, r.rejected
        FROM pg_temp.put_report AS r ORDER BY r.table_name COLLATE "C";
END
$$;

COMMENT ON FUNCTION dup_select.put_schema(regnamespace, regnamespace, jsonb, jsonb, text, text, text, bigint, boolean) IS
    'Puts the rows of all tables of one schema into those of another, found or made by natural key; numbers that the source '
    'gives its rows are drawn anew, and foreign keys follow. A row per table: what became of the rows that came in. The same '
    'is in pg_temp.put_report, rows that were put aside in pg_temp.put_rejects; with keep_maps the keys in source and target '
    'are in pg_temp.put_<table>_map, or as map_name there says of a long name. application_name tells everybody what it is '
    'at, and messages of level INFO the caller, where the setting dup_select.progress is on. mapping: {"a_table": "another" '
    'or null or {"into", "columns", "order_by", "on_existing", "without_key"}}. on_existing: keep, update or fail; without_key, '
    'of tables whose rows nothing tells apart: refuse, append or match, by all columns; on_reject: fail or skip, at most '
    'reject_limit. Errors: 23000 where rows are bad; P0002 where a table takes rows that are new neither now nor later; 40001 '
    'at a higher isolation where another session has inserted them; those of put_schema_sql; those of the tables.';

-- Runs all statements. What they raise themselves, for want of good rows or of rows that a table takes, is raised again without
-- the statement as its context.
CREATE PROCEDURE dup_select_private.run_schema_statements(statements dup_select_private.schema_statement[], pinned boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_before pg_catalog.text[] := dup_select_private.change_settings();
    v_name   pg_catalog.text   := pg_catalog.current_setting('application_name');
    v_detail pg_catalog.text;
    v_hint   pg_catalog.text;
BEGIN
    CALL dup_select_private.run_phase(statements, 'read', true);
    CALL dup_select_private.run_phase(statements, 'check', pinned);
    CALL dup_select_private.put_checked(statements, pinned);
    CALL dup_select_private.run_phase(statements, 'report', pinned);
    CALL dup_select_private.restore_settings(v_before);
    PERFORM pg_catalog.set_config('application_name', v_name, true);
EXCEPTION WHEN integrity_constraint_violation OR no_data_found THEN
    IF SQLSTATE OPERATOR(pg_catalog.<>) '23000' AND SQLSTATE OPERATOR(pg_catalog.<>) 'P0002' THEN
        RAISE;
    END IF;
    GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL, v_hint = PG_EXCEPTION_HINT;
    RAISE EXCEPTION USING ERRCODE = SQLSTATE, MESSAGE = SQLERRM, DETAIL = v_detail, HINT = v_hint;
END
$$;

-- Runs the statements of a phase, under the caller's search_path, on which triggers may rely, or pinned: those that evaluate a
-- mapping, under the path under which it was checked, and those about tables that the server cannot print for every path.
CREATE PROCEDURE dup_select_private.run_phase(
    statements dup_select_private.schema_statement[], phase text, pinned boolean
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_path      pg_catalog.text := pg_catalog.current_setting('search_path');
    v_statement dup_select_private.schema_statement;
BEGIN
    IF pinned THEN
        PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
    END IF;
    FOR v_statement IN
        SELECT * FROM pg_catalog.unnest(statements) AS s WHERE s.phase OPERATOR(pg_catalog.=) run_phase.phase
    LOOP
        IF v_statement.title IS NOT NULL THEN
            CALL dup_select_private.tell(v_statement);
        END IF;
        EXECUTE v_statement.statement;
    END LOOP;
    PERFORM pg_catalog.set_config('search_path', v_path, true);
END
$$;

-- Tells what begins: everybody in pg_stat_activity, by application_name, and by messages the caller who has set
-- dup_select.progress to on. To others a call is as quiet as an INSERT.
CREATE PROCEDURE dup_select_private.tell(statement dup_select_private.schema_statement)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_what pg_catalog.text := pg_catalog.concat('put_schema: ', pg_catalog.lower(pg_catalog."left"(statement.title, 1)),
                                                pg_catalog.substr(statement.title, 2));
BEGIN
    PERFORM pg_catalog.set_config('application_name', v_what::pg_catalog.name::pg_catalog.text, true); -- of 63 bytes
    IF pg_catalog.current_setting('dup_select.progress', true) OPERATOR(pg_catalog.=) 'on' THEN
        RAISE INFO USING MESSAGE = v_what, DETAIL = statement.phase, TABLE = pg_catalog.concat(statement.table_name);
    END IF;
END
$$;

-- Whether statements about these tables must run under search_path = pg_catalog, pg_temp.
CREATE FUNCTION dup_select_private.is_pinned_schema(tables dup_select_private.schema_table[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT EXISTS (SELECT FROM pg_catalog.unnest(tables) t WHERE t.pinned)
$$;

-- Finds and inserts. Where another session has inserted one of these keys since it was looked up, or deleted a row that is
-- referred to, all are looked up again. 23503, too, tells so: of rows that refer to each other some are there, and others are
-- not. A trigger that leaves rows out does so every time. Errors: P0002 where one does.
CREATE PROCEDURE dup_select_private.put_checked(statements dup_select_private.schema_statement[], pinned boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    FOR v_attempt IN 1 .. 5 LOOP
        BEGIN
            CALL dup_select_private.run_phase(statements, 'find', pinned);
            CALL dup_select_private.run_phase(statements, 'put', pinned);
            RETURN;
        EXCEPTION WHEN serialization_failure OR foreign_key_violation THEN
            IF pg_catalog.current_setting('transaction_isolation') OPERATOR(pg_catalog.<>) 'read committed'
                OR v_attempt OPERATOR(pg_catalog.=) 5 AND SQLSTATE OPERATOR(pg_catalog.=) '23503' THEN
                RAISE;
            ELSIF v_attempt OPERATOR(pg_catalog.=) 5 THEN
                RAISE EXCEPTION USING ERRCODE = 'no_data_found', MESSAGE = SQLERRM,
                    HINT = 'A trigger that leaves rows out or changes their keys, or a row security policy, may be the reason.';
            END IF;
        END;
    END LOOP;
END
$$;
