CREATE OR REPLACE PROCEDURE exograph.raise_rejects(load_id integer, rejected bigint, reject_limit bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_most   CONSTANT integer := 10;
    v_rules  text[];
    v_first  text;
    v_table  text;
    v_reason text;
BEGIN
    SELECT array_agg(format('%s: %s with %s', c.table_name, c.count, c.reason) ORDER BY c.first),
           (array_agg(c.table_name ORDER BY c.first))[1], (array_agg(c.reason ORDER BY c.first))[1]
    INTO v_rules, v_table, v_reason
    FROM (
        SELECT r.table_name, r.reason, count(*), min(r.position) AS first
        FROM exograph.listed_rejects() r
        GROUP BY r.table_name, r.reason
    ) c;

    SELECT string_agg(format('%s %s', f.table_name, left(exograph.staged_row(f.table_name, f.staged_ctid)::text, 300)), '; '
                      ORDER BY f.position)
    INTO v_first
    FROM exograph.listed_rejects() f
    WHERE f.position <= 3;

    -- Clients withhold the detail, which shows rows, and pass on the message, which names rules.
    RAISE EXCEPTION 'load %: % staged row(s) break a rule%: %', load_id, rejected,
            CASE WHEN reject_limit IS NULL THEN '' ELSE format(', more than reject_limit (%s)', reject_limit) END,
            array_to_string(v_rules[:v_most], '; ') || CASE WHEN cardinality(v_rules) > v_most THEN '; ..' ELSE '' END
        USING ERRCODE = 'XG006', TABLE = v_table, CONSTRAINT = v_reason,
            DETAIL = format('First rows: %s', v_first),
            HINT = format('SELECT * FROM exograph.check_load(%1$s) lists them. Mend the staging tables and call again, or leave '
                          'them out: CALL exograph.finalize_load(%1$s, on_reject => ''skip'').', load_id);
END
$$;

ALTER PROCEDURE exograph.raise_rejects(integer, bigint, bigint) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.raise_rejects(integer, bigint, bigint) IS
    'Raises XG006 with the rejects by reason and the first rows, causes first. reject_limit is NULL where none may be skipped.';
REVOKE ALL ON PROCEDURE exograph.raise_rejects(integer, bigint, bigint) FROM PUBLIC;
