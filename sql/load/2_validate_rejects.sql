SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Fails the load for its rejects or, under on_reject => 'skip' and within reject_limit, moves them from staging to
-- exograph.load_rejects. Errors: XG006.
CREATE OR REPLACE PROCEDURE exograph_private.handle_rejects(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_rejects bigint := (SELECT coalesce(sum(r.row_count), 0) FROM rejects r);
    v_table   text;
BEGIN
    IF v_rejects > 0 AND load.on_reject = 'fail' THEN
        CALL exograph_private.raise_rejects(load.load_id, v_rejects);
    ELSIF v_rejects > load.reject_limit THEN
        CALL exograph_private.raise_rejects(load.load_id, v_rejects, load.reject_limit);
    END IF;
    FOR v_table IN SELECT DISTINCT r.table_name FROM rejects r WHERE r.terms IS NULL LOOP
        EXECUTE format(
            'WITH rejected AS (
                 DELETE FROM %1$I s USING rejects r
                 WHERE r.table_name = %2$L AND r.staged_ctid = s.ctid AND r.terms IS NULL
                 RETURNING r.reason, %4$s AS staged_row)
             INSERT INTO exograph.load_rejects (load_id, table_name, reason, staged_row)
             SELECT %3$s, %2$L, reason, staged_row FROM rejected',
            'staged_' || v_table, v_table, load.load_id, exograph_private.printed_row(v_table));
    END LOOP;
    IF EXISTS (SELECT FROM rejects r WHERE r.terms IS NOT NULL) THEN
        CALL exograph_private.remove_rejected_pairs(load.load_id);
    END IF;
END
$$;

-- Raises XG006 with the rejects by reason and the first rows, causes first. reject_limit is NULL where none may be skipped.
CREATE OR REPLACE PROCEDURE exograph_private.raise_rejects(load_id integer, rejected bigint, reject_limit bigint DEFAULT NULL)
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
        SELECT r.table_name, r.reason, sum(r.row_count) AS count, min(r.position) AS first
        FROM exograph_private.listed_rejects() r
        GROUP BY r.table_name, r.reason
    ) c;

    SELECT string_agg(f.table_name || ' '
                      || left(exograph_private.rejected_row(f.table_name, f.staged_ctid, f.terms)::text, 300), '; '
                      ORDER BY f.position)
    INTO v_first
    FROM exograph_private.listed_rejects() f
    WHERE f.position <= 3;

    -- Clients withhold the detail, which shows rows, and pass on the message, which names rules.
    RAISE EXCEPTION 'load %: % staged row(s) break a rule%: %', load_id, rejected,
            CASE WHEN reject_limit IS NULL THEN '' ELSE format(', more than reject_limit (%s)', reject_limit) END,
            array_to_string(v_rules[:v_most], '; ') || CASE WHEN cardinality(v_rules) > v_most THEN '; ..' ELSE '' END
        USING ERRCODE = 'XG006', TABLE = v_table, CONSTRAINT = v_reason,
            DETAIL = format('First rows: %s', v_first),
            HINT = format('SELECT * FROM exograph.check_load(%1$s) lists them. Correct the staging tables and call again, or '
                          'leave them out: CALL exograph.finalize_load(%1$s, on_reject => ''skip'').', load_id);
END
$$;

-- The rejects of the load on the search path, causes before consequences, and each in the order in which tables depend on each
-- other. A row that names a row which is rejected or was not staged comes after all that break a rule of their own: one package
-- that is named twice may take 18,878 calls with it. terms: as in rejects; then staged_ctid is a place of
-- staged_fragment_term_sets.
CREATE OR REPLACE FUNCTION exograph_private.listed_rejects()
RETURNS TABLE (table_name text, reason text, staged_ctid tid, terms integer[], row_count bigint, "position" bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        SELECT r.table_name, r.reason, r.staged_ctid, r.terms, r.row_count, row_number() OVER (
            ORDER BY r.is_dangling, t.table_position, r.staged_ctid)
        FROM rejects r
        JOIN exograph_private.staging_tables t USING (table_name)
        ORDER BY 6;
END
$$;

-- What is shown of a reject: the staged row at its place, as it was staged, or of a staged set the terms that break the rule.
-- NULL where there is none.
CREATE OR REPLACE FUNCTION exograph_private.rejected_row(table_name text, staged_ctid tid, terms integer[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_row jsonb;
BEGIN
    IF terms IS NOT NULL THEN
        RETURN (SELECT exograph_private.printed_terms(s.fragment_id, rejected_row.terms)
                FROM staged_fragment_term_sets s WHERE s.ctid = rejected_row.staged_ctid);
    END IF;
    EXECUTE format('SELECT %s FROM %I s WHERE s.ctid = $1', exograph_private.printed_row(table_name), 'staged_' || table_name)
    INTO v_row USING staged_ctid;
    RETURN v_row;
END
$$;

-- Terms of a fragment as jsonb; of more than 524,288 their number, as of other arrays in printed_row.
CREATE OR REPLACE FUNCTION exograph_private.printed_terms(fragment_id bigint, terms integer[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.jsonb_build_object('fragment_id', fragment_id, 'term_ids', CASE
        WHEN pg_catalog.cardinality(terms) > 524288
            THEN pg_catalog.to_jsonb(pg_catalog.format('... (%s elements)', pg_catalog.cardinality(terms)))
        ELSE pg_catalog.to_jsonb(terms)
    END)
$$;

-- Text of the expression that makes jsonb of a staged row s; of values of more than 8 MiB, or that cannot be printed, their
-- beginning and size. A reject may hold what no row of the index may: a JSON string has at most 256 MB, and what COPY or pg_dump
-- prints of a row 1 GB.
CREATE OR REPLACE FUNCTION exograph_private.printed_row(table_name text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.format('jsonb_build_object(%s)', pg_catalog.string_agg(
        pg_catalog.quote_literal(c.column_name) || ', ' || pg_catalog.format(CASE a.atttypid
            WHEN 'text'::pg_catalog.regtype THEN
                'CASE WHEN octet_length(s.%1$I) > 8388608
                      THEN left(s.%1$I, 1000) || format(''... (%%s bytes)'', octet_length(s.%1$I)) ELSE s.%1$I END'
            WHEN 'bytea'::pg_catalog.regtype THEN
                'CASE WHEN octet_length(s.%1$I) > 8388608
                      THEN to_jsonb(substr(s.%1$I, 1, 1000)::text || format(''... (%%s bytes)'', octet_length(s.%1$I)))
                      ELSE to_jsonb(s.%1$I) END'
            WHEN 'bigint[]'::pg_catalog.regtype THEN
                'CASE WHEN cardinality(s.%1$I) > 524288 THEN to_jsonb(format(''... (%%s elements)'', cardinality(s.%1$I)))
                      ELSE to_jsonb(s.%1$I) END'
            WHEN 'jsonb'::pg_catalog.regtype THEN
                'CASE WHEN exograph.json_is_printable(s.%1$I) IS NOT FALSE THEN s.%1$I
                      ELSE to_jsonb(format(''... (%%s bytes that cannot be printed)'', pg_column_size(s.%1$I))) END'
            ELSE 's.%1$I'
        END, c.column_name), ', ' ORDER BY c.column_position))
    FROM exograph.staging_columns c
    JOIN pg_catalog.pg_attribute a
        ON a.attrelid = pg_catalog.format('exograph.%I', c.table_name)::pg_catalog.regclass AND a.attname = c.column_name
    WHERE c.table_name = printed_row.table_name
$$;
