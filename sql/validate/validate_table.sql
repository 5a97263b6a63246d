-- One scan counts the rows and the rejects, in parallel, which INSERT .. SELECT cannot: 10M rows take half the time. Rejects are
-- rare, and only then listed.
CREATE OR REPLACE PROCEDURE exograph.validate_table(table_name text, reserved boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_query      text := exograph.reject_query(table_name, reserved, (
        SELECT jsonb_object_agg(r.table_name, jsonb_build_array(r.first, r.last)) FROM number_ranges r));
    v_staged     bigint;
    v_rejects    bigint;
    v_derived    bigint;
    v_unfinished bigint;
BEGIN
    EXECUTE format('SELECT count(*), count(q.reason), count(q.derived), count(q.unfinished) FROM (%s) q', v_query)
    INTO v_staged, v_rejects, v_derived, v_unfinished;
    INSERT INTO staged_rows (table_name, staged, derived, unfinished)
    VALUES (table_name, v_staged, v_derived, v_unfinished);
    IF v_rejects > 0 THEN
        EXECUTE format(
            'INSERT INTO rejects (table_name, staged_ctid, reason)
             SELECT %L, q.staged_ctid, q.reason FROM (%s) q WHERE q.reason IS NOT NULL',
            table_name, v_query);
    END IF;
END
$$;

ALTER PROCEDURE exograph.validate_table(text, boolean) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.validate_table(text, boolean) IS
    'Counts the rows of a staging table, and adds those that break a rule to the load''s rejects. The tables it refers to have '
    'been validated and keyed. reserved: its numbers must be ids that the load has reserved.';
REVOKE ALL ON PROCEDURE exograph.validate_table(text, boolean) FROM PUBLIC;
