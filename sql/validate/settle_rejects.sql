CREATE OR REPLACE PROCEDURE exograph.settle_rejects(load_id integer, options jsonb)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_rejects bigint := (SELECT count(*) FROM rejects);
    v_limit   bigint := (options ->> 'reject_limit')::bigint;
    v_table   text;
BEGIN
    IF v_rejects = 0 THEN
        RETURN;
    END IF;
    IF options ->> 'on_reject' = 'fail' OR v_rejects > v_limit THEN
        CALL exograph.raise_rejects(load_id, v_rejects, CASE options ->> 'on_reject' WHEN 'skip' THEN v_limit END);
    END IF;
    UPDATE exograph.load_tables t
    SET rejected = r.rejected
    FROM (SELECT table_name, count(*) AS rejected FROM rejects GROUP BY table_name) r
    WHERE t.load_id = settle_rejects.load_id AND t.table_name = r.table_name;

    FOR v_table IN
        SELECT t.table_name
        FROM exograph.load_tables t
        WHERE t.load_id = settle_rejects.load_id AND t.rejected > 0
        ORDER BY t.position
    LOOP
        EXECUTE format(
            'WITH rejected AS (
                 DELETE FROM %1$I s USING rejects r WHERE r.table_name = %2$L AND r.staged_ctid = s.ctid
                 RETURNING r.reason, %4$s AS staged_row)
             INSERT INTO exograph.load_rejects (load_id, table_name, reason, staged_row)
             SELECT %3$s, %2$L, reason, staged_row FROM rejected',
            'staged_' || v_table, v_table, load_id, exograph.printed_row(v_table));
    END LOOP;
END
$$;

ALTER PROCEDURE exograph.settle_rejects(integer, jsonb) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.settle_rejects(integer, jsonb) IS
    'Fails the load for its rejects or, under on_reject => ''skip'' and within reject_limit, moves them from staging to '
    'exograph.load_rejects. Errors: XG006.';
REVOKE ALL ON PROCEDURE exograph.settle_rejects(integer, jsonb) FROM PUBLIC;
