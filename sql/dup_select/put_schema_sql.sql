SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

CREATE OR REPLACE FUNCTION dup_select.put_schema_sql(
    source regnamespace, target regnamespace, mapping jsonb DEFAULT NULL, natural_keys jsonb DEFAULT NULL,
    on_existing text DEFAULT 'keep', without_key text DEFAULT 'refuse', on_reject text DEFAULT 'fail',
    reject_limit bigint DEFAULT NULL, keep_maps boolean DEFAULT false
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_tables dup_select_private.schema_table[];
BEGIN
    PERFORM dup_select_private.check_choice('on_reject', on_reject, '{fail,skip}');
    v_tables := dup_select_private.schema_plan(
        source, target, mapping, natural_keys, on_existing, without_key, keep_maps);
    RETURN (
        SELECT concat(
            '-- To be run in one transaction. Where it fails with 40001 another session has inserted the same keys: run it ',
            'again.',
            chr(10), chr(10),
            string_agg(concat('-- ' || s.title || chr(10), s.statement, ';', chr(10)), chr(10) ORDER BY s.part, s.n),
            chr(10), 'SELECT * FROM pg_temp.put_report ORDER BY table_name;', chr(10))
        FROM (
            SELECT CASE s.phase WHEN 'read' THEN 1 ELSE 3 END AS part, s.n, s.title, s.statement
            FROM dup_select_private.schema_statements(v_tables, on_reject, reject_limit, keep_maps)
                WITH ORDINALITY AS s (phase, title, table_name, statement, n)
            UNION ALL
            SELECT 0, 1, NULL, dup_select_private.pin_statement()
            UNION ALL
            SELECT CASE WHEN dup_select_private.is_pinned_schema(v_tables) THEN 4 ELSE 2 END, 1, NULL,
                   dup_select_private.unpin_statement()
        ) s);
END
$$;

COMMENT ON FUNCTION dup_select.put_schema_sql(regnamespace, regnamespace, jsonb, jsonb, text, text, text, bigint, boolean) IS
    'The statements that put_schema runs. They need nothing of dup_select. Errors: 22004, 22023, 42501, 42701, 42703, 42710, '
    '42P01, 428C9, 0A000, those of an expression.';

CREATE TYPE dup_select_private.schema_statement AS (phase text, title text, table_name text, statement text);
COMMENT ON TYPE dup_select_private.schema_statement IS 'A statement of put_schema.';
COMMENT ON COLUMN dup_select_private.schema_statement.phase IS 'read, check, find, put, report: in this order.';
COMMENT ON COLUMN dup_select_private.schema_statement.title IS 'What it begins. NULL where it goes on with what is before it.';
COMMENT ON COLUMN dup_select_private.schema_statement.table_name IS
    'The table that it is about, as the report calls it; several, with commas, of a circle. NULL where it is about all.';

-- All statements, in their order.
CREATE FUNCTION dup_select_private.schema_statements(
    tables dup_select_private.schema_table[], on_reject text, reject_limit bigint, keep_maps boolean
) RETURNS SETOF dup_select_private.schema_statement
LANGUAGE plpgsql STABLE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_refuse text := dup_select_private.refuse_rejects(on_reject, reject_limit);
    v_order  integer[] := dup_select_private.in_order(tables);
    v_late   text[] := '{}';
    v_check  text;
    v_group  record;
    v_n      integer;
BEGIN
    RETURN QUERY SELECT * FROM dup_select_private.statements('read', 'What is left when it is done', NULL, ARRAY(
        SELECT dup_select_private.report_statements(ARRAY(
            SELECT u.name FROM unnest(tables) t
            CROSS JOIN LATERAL (VALUES (t.work), (t.raw), (t.found), (t.map)) u (name)))));
    FOREACH v_n IN ARRAY v_order LOOP
        RETURN QUERY SELECT * FROM dup_select_private.statements(
            'read', format('Read %s', (tables[v_n]).source::regclass), (((tables[v_n]).level).facts).name,
            ARRAY(SELECT dup_select_private.read_statements(tables[v_n])) || dup_select_private.analyze_work(tables[v_n]));
    END LOOP;
    FOREACH v_n IN ARRAY v_order LOOP
        RETURN QUERY SELECT * FROM dup_select_private.statements(
            'check', format('Check rows for %s', (tables[v_n]).reported), (((tables[v_n]).level).facts).name,
            ARRAY(SELECT dup_select_private.check_statements(tables[v_n])));
    END LOOP;
    RETURN QUERY SELECT * FROM dup_select_private.statements('check', 'Check references', NULL, ARRAY[
        dup_select_private.check_links(tables, false), v_refuse, dup_select_private.count_rejects()]);
    FOREACH v_n IN ARRAY v_order LOOP
        RETURN QUERY SELECT * FROM dup_select_private.statements(
            'find', format('Find rows of %s', dup_select_private.title((tables[v_n]).level)), (((tables[v_n]).level).facts).name,
            ARRAY(SELECT dup_select_private.find_statements(tables[v_n], keep_maps)));
        FOR v_check IN SELECT dup_select_private.late_statements(tables[v_n]) LOOP
            v_late := v_late || v_check;
        END LOOP;
    END LOOP;
    IF EXISTS (SELECT FROM unnest(tables) t WHERE t.dangles IS NOT NULL) THEN
        RETURN QUERY SELECT * FROM dup_select_private.statements(
            'find', 'Rows that refer to none', NULL, ARRAY[v_refuse, dup_select_private.count_rejects()]);
    END IF;
    IF v_late <> '{}' THEN
        RETURN QUERY SELECT * FROM dup_select_private.statements('find', 'Check what shows only now', NULL, v_late || ARRAY[
            dup_select_private.check_links(tables, true), v_refuse, dup_select_private.count_rejects()]);
    END IF;
    FOREACH v_n IN ARRAY v_order LOOP
        RETURN QUERY SELECT * FROM dup_select_private.statements(
            'put', format('Count rows of %s', (tables[v_n]).reported), (((tables[v_n]).level).facts).name,
            ARRAY[dup_select_private.count_found(tables[v_n])]);
    END LOOP;
    FOR v_group IN
        SELECT array_agg(n ORDER BY n) AS numbers,
               string_agg((((tables[n]).level).facts).qualified_name, ', ' ORDER BY n) AS names,
               string_agg((((tables[n]).level).facts).name, ', ' ORDER BY n) AS tables
        FROM generate_subscripts(tables, 1) n GROUP BY (tables[n])."group" ORDER BY (tables[n])."group"
    LOOP
        RETURN QUERY SELECT * FROM dup_select_private.statements(
            'put', format('Insert into %s', v_group.names), v_group.tables, ARRAY[
                dup_select_private.insert_group(tables, v_group.numbers),
                dup_select_private.check_inserted(ARRAY(SELECT tables[n] FROM unnest(v_group.numbers) n))]);
    END LOOP;
    FOREACH v_n IN ARRAY v_order LOOP
        RETURN QUERY SELECT * FROM dup_select_private.statements(
            'put', format('Rows of %s that are there or are one', (tables[v_n]).reported), (((tables[v_n]).level).facts).name,
            ARRAY(SELECT dup_select_private.existing_statements(tables[v_n])));
    END LOOP;
    FOREACH v_n IN ARRAY v_order LOOP
        RETURN QUERY SELECT * FROM dup_select_private.statements(
            'put', format('Sequences of %s', (tables[v_n]).reported), (((tables[v_n]).level).facts).name,
            ARRAY(SELECT dup_select_private.sequence_statements(tables[v_n])));
    END LOOP;
    RETURN QUERY SELECT * FROM dup_select_private.statements('report', 'Report', NULL, ARRAY[
        dup_select_private.check_report(),
        format('DROP TABLE %s', (
            SELECT dup_select_private.lines(array_agg(format('pg_temp.%I', u.name)), ', ', 4) FROM unnest(tables) t
            CROSS JOIN LATERAL (
                VALUES (t.work), (CASE WHEN t.whole THEN t.found END), (CASE WHEN t.mapped AND NOT keep_maps THEN t.map END)
            ) u (name)
            WHERE u.name IS NOT NULL))]);
END
$$;

-- Statements of a phase under a title; those that are NULL are left out.
CREATE FUNCTION dup_select_private.statements(phase text, title text, table_name text, statements text[])
RETURNS SETOF dup_select_private.schema_statement
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    RETURN QUERY
        SELECT statements.phase,
               CASE WHEN row_number() OVER (ORDER BY s.n) = 1 THEN translate(statements.title, chr(10) || chr(13), '  ') END,
               statements.table_name, s.statement
        FROM unnest(statements) WITH ORDINALITY AS s (statement, n) WHERE s.statement IS NOT NULL ORDER BY s.n;
END
$$;

-- Numbers of the tables in the order in which they refer to each other; of those that do so in a circle, by their natural keys.
CREATE FUNCTION dup_select_private.in_order(tables dup_select_private.schema_table[]) RETURNS integer[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT array_agg(t.n ORDER BY t."group", t.key_rank, t.n)
    FROM (SELECT n, (tables[n]).key_rank, (tables[n])."group" FROM generate_subscripts(tables, 1) n) t
$$;
