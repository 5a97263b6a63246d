SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- What putting rows in leaves to be looked at: pg_temp.put_report and pg_temp.put_rejects, until the session's next call.

-- Statements that make both anew, and drop temporary tables that an earlier call has left.
CREATE FUNCTION dup_select_private.report_statements(left_over text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    VALUES (dup_select_private.do_block(format(
'
DECLARE
    v_name pg_catalog.text;
BEGIN
    FOREACH v_name IN ARRAY ARRAY[
        %s] LOOP
        IF pg_catalog.to_regclass(pg_catalog.format(''pg_temp.%%I'', v_name)) IS NOT NULL THEN
            EXECUTE pg_catalog.format(''DROP TABLE pg_temp.%%I'', v_name);
        END IF;
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION ''another role has put rows in in this session'' USING ERRCODE = ''insufficient_privilege'',
        HINT = ''What it left is in the way: DISCARD TEMP as that role, or take another session.'';
END
', dup_select_private.lines(ARRAY(
        SELECT quote_literal(n) FROM unnest('{put_report,put_rejects}'::text[] || left_over) n), ', ', 8)))), (
'CREATE TEMPORARY TABLE put_report (
    table_name pg_catalog.text, rows_in pg_catalog.int8, inserted pg_catalog.int8 DEFAULT 0, existing pg_catalog.int8 DEFAULT 0,
    updated pg_catalog.int8 DEFAULT 0, collapsed pg_catalog.int8 DEFAULT 0, conflicting pg_catalog.int8 DEFAULT 0,
    rejected pg_catalog.int8 DEFAULT 0, map_name pg_catalog.text
)'), (
'CREATE TEMPORARY TABLE put_rejects (
    table_name pg_catalog.text, row_number pg_catalog.int8, rule pg_catalog.text, detail pg_catalog.text, "row" pg_catalog.jsonb
)')
$$;

-- Statement that raises where more rows were rejected than may be.
CREATE FUNCTION dup_select_private.refuse_rejects(on_reject text, reject_limit bigint) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    SELECT dup_select_private.do_block(format(
'
DECLARE
    v_rejects pg_catalog.int8 := (SELECT pg_catalog.count(*) FROM pg_temp.put_rejects);
BEGIN
    IF v_rejects OPERATOR(pg_catalog.>) %s THEN
        RAISE EXCEPTION ''%% %% cannot be put in'', v_rejects,
            CASE WHEN v_rejects OPERATOR(pg_catalog.=) 1 THEN ''row'' ELSE ''rows'' END
            USING ERRCODE = ''integrity_constraint_violation'',
                  DETAIL = (SELECT pg_catalog.string_agg(pg_catalog.format(
                                ''%%s of %%s: %%s, as %%s'', r.n, r.table_name, pg_catalog.concat_ws('': '', r.rule, r.detail),
                                pg_catalog."left"(r.example, 200)), pg_catalog.chr(10) ORDER BY r.n DESC, r.table_name, r.rule)
                            FROM (SELECT p.table_name, p.rule, pg_catalog.count(*) AS n, pg_catalog.min(p.detail) AS detail,
                                         pg_catalog.min(p."row"::pg_catalog.text) AS example
                                  FROM pg_temp.put_rejects AS p
                                  GROUP BY p.table_name, p.rule ORDER BY 3 DESC LIMIT 10) AS r),
                  HINT = %L;
    END IF;
END
', CASE on_reject WHEN 'fail' THEN 0 ELSE reject_limit END, CASE on_reject
        WHEN 'fail' THEN 'on_reject => ''skip'' leaves them out, and pg_temp.put_rejects lists them then.'
        ELSE 'reject_limit allows no more. Nothing was put in.' END))
    WHERE on_reject = 'fail' OR reject_limit IS NOT NULL
$$;
