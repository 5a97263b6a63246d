SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Counts the pairs of staged sets with those that were staged as pairs, and adds the terms that break a rule to the load's
-- rejects, those of one set and rule as one: a reject for each took 150 bytes, and without its terms all of a load is rejected.
-- A set is not taken apart for it: multirange @> ALL (array) takes 25 ns a term, unnest 180. In the row of the sets themselves
-- in staged_rows, unfinished are those that no partition may hold as they are, NULL where that was not asked; repeats, that a
-- fragment has several, is asked of reserved ids alone, whose sets may be kept.
CREATE OR REPLACE PROCEDURE exograph_private.validate_term_sets(reserved boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_fragments int8multirange := exograph_private.valid_numbers_of_fragments();
    v_terms     int4multirange := exograph_private.valid_numbers_of_terms();
    v_loose_sql text           := CASE WHEN exograph_private.terms_are_shared() THEN 'NULL::bigint'
        ELSE 'count(*) FILTER (WHERE exograph_private.is_term_set(s.term_ids) IS NOT TRUE)' END;
    v_sets      bigint;
    v_pairs     bigint;
    v_bad       bigint;
    v_loose     bigint;
BEGIN
    CALL exograph_private.refuse_large_sets();
    -- EXECUTE runs it in parallel, which SELECT .. INTO cannot.
    EXECUTE format('SELECT count(*), coalesce(sum(coalesce(cardinality(s.term_ids), 1)), 0),
                           count(*) FILTER (WHERE ($1 @> s.fragment_id AND $2 @> ALL (s.term_ids)) IS NOT TRUE), %s
                    FROM staged_fragment_term_sets s', v_loose_sql)
    INTO v_sets, v_pairs, v_bad, v_loose
    USING v_fragments, v_terms;

    INSERT INTO staged_rows (table_name, staged, derived, unfinished, repeats)
    VALUES ('fragment_term_sets', v_sets, 0, v_loose, reserved AND EXISTS (
        SELECT FROM staged_fragment_term_sets s GROUP BY s.fragment_id HAVING count(*) > 1));
    UPDATE staged_rows r SET staged = r.staged + v_pairs WHERE r.table_name = 'fragment_terms';
    IF v_bad > 0 THEN
        INSERT INTO rejects (table_name, staged_ctid, reason, is_dangling, terms)
        SELECT 'fragment_terms', s.ctid, (b.broken).reason, (b.broken).is_dangling, b.terms
        FROM staged_fragment_term_sets s
        CROSS JOIN LATERAL (
            SELECT r.broken, array_agg(r.term_id ORDER BY r.position) AS terms
            FROM (
                SELECT p.term_id, p.position, CASE
                    WHEN s.fragment_id IS NULL THEN ROW('fragment_id is missing', false)::exograph_private.broken_rule
                    WHEN NOT v_fragments @> s.fragment_id THEN
                        ROW('fragment_id is no number of a valid row in staged_fragments', true)::exograph_private.broken_rule
                    WHEN p.term_id IS NULL THEN ROW('term_id is missing', false)::exograph_private.broken_rule
                    WHEN NOT v_terms @> p.term_id THEN
                        ROW('term_id is no number of a valid row in staged_terms', true)::exograph_private.broken_rule
                END AS broken
                FROM unnest(coalesce(s.term_ids, '{NULL}')) WITH ORDINALITY AS p (term_id, position)
            ) r
            WHERE (r.broken).reason IS NOT NULL
            GROUP BY r.broken
        ) b
        WHERE (v_fragments @> s.fragment_id AND v_terms @> ALL (s.term_ids)) IS NOT TRUE;
    END IF;
END
$$;

-- Whether any of a thousand staged terms exists. Then sets are hardly ever kept as they are, and whether they ascend is not asked
-- of all, which takes four times as long as all else that is: 6_resolve asks it of those that it shifts. In a subtransaction that
-- is rolled back: see index_staged.
CREATE OR REPLACE FUNCTION exograph_private.terms_are_shared() RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_are_shared boolean;
BEGIN
    v_are_shared := EXISTS (
        SELECT FROM (SELECT k.digest FROM keys_terms k WHERE k.digest IS NOT NULL LIMIT 1000) k
        JOIN exograph.terms x ON exograph.text_digest(x.term) = k.digest);
    RAISE EXCEPTION 'asked';
EXCEPTION WHEN raise_exception THEN
    RETURN v_are_shared;
END
$$;

-- Refuses sets that no row of the index may hold: what COPY and pg_dump print of a row is 128 MiB at most, and a term takes 12
-- bytes. Errors: 54000. No reject: what is left out is told, too.
CREATE OR REPLACE PROCEDURE exograph_private.refuse_large_sets()
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_most CONSTANT integer := 134217728 / 12;
    v_set  record;
BEGIN
    SELECT s.fragment_id, cardinality(s.term_ids) AS terms INTO v_set
    FROM staged_fragment_term_sets s
    WHERE cardinality(s.term_ids) > v_most
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'staged_fragment_term_sets: the set of fragment % holds % terms, more than the % that a row may print',
                v_set.fragment_id, v_set.terms, v_most
            USING ERRCODE = 'program_limit_exceeded', TABLE = 'staged_fragment_term_sets',
                HINT = format('The staging is intact: DELETE FROM %I.staged_fragment_term_sets WHERE cardinality(term_ids) > %s, '
                              'and call again.', current_schema(), v_most);
    END IF;
END
$$;

-- Moves the terms that break a rule from the staged sets to exograph.load_rejects. A set that loses all goes: one that is empty
-- would keep the others from being attached as they are.
CREATE OR REPLACE PROCEDURE exograph_private.remove_rejected_pairs(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_fragments int8multirange := exograph_private.valid_numbers_of_fragments();
    v_terms     int4multirange := exograph_private.valid_numbers_of_terms();
BEGIN
    CALL exograph_private.lock_sets(load_id);
    INSERT INTO exograph.load_rejects (load_id, table_name, reason, staged_row)
    SELECT remove_rejected_pairs.load_id, r.table_name, r.reason, exograph_private.printed_terms(s.fragment_id, r.terms)
    FROM rejects r
    JOIN staged_fragment_term_sets s ON s.ctid = r.staged_ctid
    WHERE r.terms IS NOT NULL;
    DELETE FROM staged_fragment_term_sets s
    USING rejects r
    WHERE r.staged_ctid = s.ctid AND r.terms IS NOT NULL
        AND (s.term_ids IS NULL OR (v_fragments @> s.fragment_id) IS NOT TRUE);
    UPDATE staged_fragment_term_sets s
    SET term_ids = ARRAY(SELECT p.term_id FROM unnest(s.term_ids) WITH ORDINALITY AS p (term_id, position)
                         WHERE v_terms @> p.term_id ORDER BY p.position)
    FROM (SELECT DISTINCT r.staged_ctid FROM rejects r WHERE r.terms IS NOT NULL) r
    WHERE s.ctid = r.staged_ctid;
    DELETE FROM staged_fragment_term_sets s WHERE s.term_ids = '{}';
    UPDATE staged_rows r
    SET unfinished = (SELECT count(*) FROM staged_fragment_term_sets s WHERE NOT exograph_private.is_term_set(s.term_ids)),
        repeats = r.repeats AND EXISTS (SELECT FROM staged_fragment_term_sets s GROUP BY s.fragment_id HAVING count(*) > 1)
    WHERE r.table_name = 'fragment_term_sets';
END
$$;

-- Whether an array is as exograph.fragment_term_sets holds it: ascending, each term once, at least one. NULL for NULL. 95 ns a
-- term; comparing with a sorted copy takes 220.
CREATE OR REPLACE FUNCTION exograph_private.is_term_set(term_ids integer[]) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT SECURITY INVOKER AS $$
DECLARE
    v_before integer;
    v_term   integer;
BEGIN
    IF array_ndims(term_ids) <> 1 OR array_lower(term_ids, 1) <> 1 OR cardinality(term_ids) = 0 THEN
        RETURN false;
    END IF;
    FOREACH v_term IN ARRAY term_ids LOOP
        IF v_term <= v_before OR v_term IS NULL THEN
            RETURN false;
        END IF;
        v_before := v_term;
    END LOOP;
    RETURN true;
END
$$;

-- The valid numbers of staged fragments; of one range where they have no gaps. Numbers that follow each other are put together
-- first: range_agg alone would sort a million ranges.
CREATE OR REPLACE FUNCTION exograph_private.valid_numbers_of_fragments() RETURNS int8multirange
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT coalesce(range_agg(int8range(r.first, r.last, '[]')), '{}')
        FROM (
            SELECT n.first, n.last FROM number_ranges n WHERE n.table_name = 'fragments'
            UNION ALL
            SELECT min(k.number), max(k.number)
            FROM (SELECT f.number, f.number - row_number() OVER (ORDER BY f.number) AS run
                  FROM keys_fragments f
                  WHERE NOT EXISTS (SELECT FROM number_ranges n WHERE n.table_name = 'fragments')) k
            GROUP BY k.run
        ) r);
END
$$;

-- The same of staged and resolved terms. The greatest integer has no successor that could end its range.
CREATE OR REPLACE FUNCTION exograph_private.valid_numbers_of_terms() RETURNS int4multirange
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT coalesce(range_agg(int4range(r.first, CASE WHEN r.last < 2147483647 THEN r.last + 1 END)), '{}')
        FROM (
            SELECT n.first::integer, n.last::integer FROM number_ranges n WHERE n.table_name = 'terms'
            UNION ALL
            SELECT min(k.number), max(k.number)
            FROM (SELECT t.number, t.number - row_number() OVER (ORDER BY t.number) AS run
                  FROM (SELECT DISTINCT d.number FROM keys_terms d) t
                  WHERE NOT EXISTS (SELECT FROM number_ranges n WHERE n.table_name = 'terms')) k
            GROUP BY k.run
        ) r);
END
$$;
