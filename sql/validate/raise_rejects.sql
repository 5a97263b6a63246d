CREATE OR REPLACE PROCEDURE exograph.raise_rejects(load_id integer, rejected bigint, reject_limit bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_counts text;
    v_first  text;
BEGIN
    SELECT string_agg(format('%s: %s with %s', c.table_name, c.count, c.reason), '; ' ORDER BY c.table_name, c.reason)
    INTO v_counts
    FROM (SELECT r.table_name, r.reason, count(*) FROM rejects r GROUP BY r.table_name, r.reason) c;

    SELECT string_agg(format('%s %s', f.table_name, left(exograph.staged_row(f.table_name, f.staged_ctid)::text, 300)), '; ')
    INTO v_first
    FROM (SELECT r.table_name, r.staged_ctid FROM rejects r ORDER BY r.table_name, r.staged_ctid LIMIT 3) f;

    RAISE EXCEPTION 'load %: % staged row(s) break a rule%', load_id, rejected,
            CASE WHEN reject_limit IS NULL THEN '' ELSE format(', more than reject_limit (%s)', reject_limit) END
        USING ERRCODE = 'XG006',
            DETAIL = format('%s.%sFirst rows: %s', v_counts, chr(10), v_first),
            HINT = format('SELECT * FROM exograph.check_load(%1$s) lists them. Mend the staging tables and call again, or leave '
                          'them out: CALL exograph.finalize_load(%1$s, on_reject => ''skip'').', load_id);
END
$$;

ALTER PROCEDURE exograph.raise_rejects(integer, bigint, bigint) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.raise_rejects(integer, bigint, bigint) IS
    'Raises XG006 with the rejects by reason and the first rows. reject_limit is NULL where none may be skipped.';
REVOKE ALL ON PROCEDURE exograph.raise_rejects(integer, bigint, bigint) FROM PUBLIC;
