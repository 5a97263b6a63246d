SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Adds the staged terms of fragments that do not exist yet, as sets: a partition of the load, which the staging table becomes
-- where its sets are final, or rows of the shared one where they are too few. Counts are of pairs.
CREATE OR REPLACE PROCEDURE exograph_private.resolve_term_sets(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_pairs    bigint  := (SELECT t.staged - t.rejected FROM exograph.load_tables t
                           WHERE t.load_id = load.load_id AND t.table_name = 'fragment_terms');
    v_least    bigint  := exograph_private.least_rows_of_partition('fragment_term_sets', load.partition_threshold);
    v_bound    text    := exograph_private.bound_of_partition(v_least, load.partition_threshold);
    v_new      bigint  := v_pairs;
    v_replaced boolean := exograph_private.has_replaced(load, 'fragment_terms');
    v_path     text;
    v_reason   text;
    v_unique   bigint  := 0;
BEGIN
    IF v_pairs = 0 THEN
        RETURN;
    END IF;
    CALL exograph_private.start_phase(load.load_id, 'resolve', 'fragment_term_sets');
    IF exograph_private.term_sets_are_final() THEN
        v_path := 'attached';
        v_reason := 'all rows were final';
        CALL exograph_private.form_partition(load.load_id, 'fragment_term_sets');
    ELSE
        v_path := CASE WHEN v_pairs < v_least THEN 'shared' ELSE 'partition' END;
        v_reason := CASE WHEN v_pairs < v_least THEN 'fewer rows than ' || v_bound
                         WHEN load.is_reserved THEN 'pairs, unordered sets, or terms or fragments that existed already'
                         ELSE 'the numbers are the producer''s own' END;
        CALL exograph_private.drop_staged_indexes('fragment_term_sets', only_unique => false);
        CALL exograph_private.create_new_facts(load.load_id, 'fragment_term_sets', v_path = 'shared');
        CALL exograph_private.take_sets_apart();
        CALL exograph_private.write_terms_of_new_fragments(v_replaced);
        IF NOT v_replaced THEN
            v_new := v_pairs - exograph_private.write_terms_of_existing_fragments();
        END IF;
        CALL exograph_private.unite_term_sets();
        DROP VIEW loose_pairs;
        DROP TABLE loose_fragments;
    END IF;

    IF v_new = 0 THEN
        v_path := 'empty';
        v_reason := 'all rows existed already';
        DROP TABLE new_fragment_term_sets;
    ELSE
        IF v_new < v_least AND v_path <> 'shared' THEN
            v_path := 'shared';
            v_reason := 'fewer new rows than ' || v_bound;
        END IF;
        PERFORM exograph_private.index_facts(load.load_id, 'fragment_term_sets', only_identity => v_path = 'shared');
        v_unique := (SELECT sum(cardinality(n.term_ids)) FROM new_fragment_term_sets n);
        IF v_path = 'shared' THEN
            CALL exograph_private.share_facts(load.load_id, 'fragment_term_sets');
        ELSE
            CALL exograph_private.attach_facts(load.load_id, 'fragment_term_sets');
        END IF;
    END IF;
    PERFORM exograph_private.report(load, 'fragment_terms', v_unique, v_new - v_unique, 0, v_path, v_reason);
END
$$;

-- Whether staged_fragment_term_sets holds rows as the index holds them: it has the indexes of index_staged, no fragment is in it
-- twice, and every number is the id of a fragment that this load inserted, or of a term.
CREATE OR REPLACE FUNCTION exograph_private.term_sets_are_final() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN EXISTS (SELECT FROM staged_rows r
                   WHERE r.table_name = 'fragment_term_sets' AND r.indexed AND NOT r.repeats AND r.unindexable IS NULL)
       AND EXISTS (SELECT FROM number_offsets o WHERE o.table_name = 'fragments' AND o.id_offset = 0 AND o.inserted)
       AND EXISTS (SELECT FROM number_offsets o WHERE o.table_name = 'terms' AND o.id_offset = 0)
       AND NOT exograph_private.has_columns_of_its_own('fragment_term_sets');
END
$$;

-- Makes loose_fragments, the numbers of those whose staged sets are not written as they are, and loose_pairs, a view of what is
-- put together from pairs in their stead: the terms of these, and what was staged as pairs. Terms whose ids do not differ from
-- their numbers by a constant cannot be shifted, and what has come in several parts may share terms: united afterwards, a
-- fragment with four sets took twice as long as its pairs.
CREATE OR REPLACE PROCEDURE exograph_private.take_sets_apart()
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_shifted boolean := EXISTS (SELECT FROM number_offsets o WHERE o.table_name = 'terms');
BEGIN
    CREATE UNLOGGED TABLE loose_fragments AS
    SELECT s.fragment_id FROM staged_fragment_term_sets s GROUP BY s.fragment_id HAVING count(*) > 1 OR NOT v_shifted
    UNION
    SELECT s.fragment_id FROM staged_fragment_term_sets s
    WHERE s.fragment_id IN (SELECT p.fragment_id FROM staged_fragment_terms p);
    ANALYZE loose_fragments;
    CREATE VIEW loose_pairs AS
    SELECT s.fragment_id, s.term_id FROM staged_fragment_terms s
    UNION ALL
    SELECT s.fragment_id, t.term_id
    FROM staged_fragment_term_sets s
    JOIN loose_fragments l ON l.fragment_id = s.fragment_id
    CROSS JOIN LATERAL unnest(s.term_ids) AS t (term_id);
END
$$;

-- Writes the terms of fragments that this load inserted, which cannot exist yet, into new_fragment_term_sets; all_new: of all
-- fragments. Sets are shifted as they are, in 0.1 us a term; from pairs they are put together in 0.4.
CREATE OR REPLACE PROCEDURE exograph_private.write_terms_of_new_fragments(all_new boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_offset   integer := (SELECT o.id_offset FROM number_offsets o WHERE o.table_name = 'terms');
    v_are_sets boolean := (SELECT r.unfinished = 0 FROM staged_rows r WHERE r.table_name = 'fragment_term_sets');
BEGIN
    INSERT INTO new_fragment_term_sets (fragment_id, term_ids)
    SELECT f.id, CASE WHEN NOT coalesce(v_are_sets, exograph_private.is_term_set(s.term_ids))
                          THEN ARRAY(SELECT DISTINCT n.number + v_offset FROM unnest(s.term_ids) AS n (number) ORDER BY 1)
                      WHEN v_offset = 0 THEN s.term_ids
                      ELSE ARRAY(SELECT n.number + v_offset FROM unnest(s.term_ids) AS n (number)) END
    FROM staged_fragment_term_sets s
    JOIN map_fragments f ON f.number = s.fragment_id
    WHERE (f.inserted OR all_new) AND s.term_ids <> '{}'
        AND NOT EXISTS (SELECT FROM loose_fragments l WHERE l.fragment_id = s.fragment_id);

    INSERT INTO new_fragment_term_sets (fragment_id, term_ids)
    SELECT f.id, g.term_ids
    FROM (
        SELECT p.fragment_id, array_agg(DISTINCT t.id) AS term_ids
        FROM loose_pairs p
        JOIN map_terms t ON t.number = p.term_id
        GROUP BY p.fragment_id
    ) g
    JOIN map_fragments f ON f.number = g.fragment_id
    WHERE f.inserted OR all_new;
END
$$;

-- Writes what the sets of fragments that existed before this load lack into new_fragment_term_sets. Returns how many of the
-- staged pairs exist. Terms that are staged twice are kept so until they are counted. Of a reload all sets are equal, which a
-- comparison of arrays tells in 6 us a set; only the others are taken apart.
CREATE OR REPLACE FUNCTION exograph_private.write_terms_of_existing_fragments() RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_offset  integer := (SELECT o.id_offset FROM number_offsets o WHERE o.table_name = 'terms');
    v_asked   bigint;
    v_lacking bigint;
BEGIN
    IF EXISTS (SELECT FROM number_offsets o WHERE o.table_name = 'fragments' AND o.inserted) THEN
        RETURN 0;
    END IF;
    CREATE UNLOGGED TABLE asked_term_sets (fragment_id bigint, term_ids integer[]);
    INSERT INTO asked_term_sets (fragment_id, term_ids)
    SELECT f.id, ARRAY(SELECT n.number + v_offset FROM unnest(s.term_ids) AS n (number) ORDER BY 1)
    FROM staged_fragment_term_sets s
    JOIN map_fragments f ON f.number = s.fragment_id
    WHERE NOT f.inserted AND NOT EXISTS (SELECT FROM loose_fragments l WHERE l.fragment_id = s.fragment_id);

    INSERT INTO asked_term_sets (fragment_id, term_ids)
    SELECT f.id, array_agg(t.id ORDER BY t.id)
    FROM loose_pairs p
    JOIN map_terms t ON t.number = p.term_id
    JOIN map_fragments f ON f.number = p.fragment_id
    WHERE NOT f.inserted
    GROUP BY f.id;
    ANALYZE asked_term_sets (fragment_id);

    WITH differing AS MATERIALIZED (
        SELECT a.fragment_id, a.term_ids
        FROM asked_term_sets a
        WHERE NOT EXISTS (SELECT FROM exograph.fragment_term_sets d
                          WHERE d.fragment_id = a.fragment_id AND d.term_ids = a.term_ids)
    ), existing AS (
        SELECT d.fragment_id, t.term_id
        FROM exograph.fragment_term_sets d
        CROSS JOIN LATERAL unnest(d.term_ids) AS t (term_id)
        WHERE d.fragment_id IN (SELECT a.fragment_id FROM differing a)
    ), lacking AS MATERIALIZED (
        SELECT a.fragment_id, array_agg(DISTINCT t.term_id) AS term_ids, count(*) AS pairs
        FROM differing a
        CROSS JOIN LATERAL unnest(a.term_ids) AS t (term_id)
        WHERE NOT EXISTS (SELECT FROM existing e WHERE e.fragment_id = a.fragment_id AND e.term_id = t.term_id)
        GROUP BY a.fragment_id
    ), written AS (
        INSERT INTO new_fragment_term_sets (fragment_id, term_ids) SELECT l.fragment_id, l.term_ids FROM lacking l
    )
    SELECT coalesce(sum(l.pairs), 0) INTO v_lacking FROM lacking l;

    v_asked := (SELECT coalesce(sum(cardinality(a.term_ids)), 0) FROM asked_term_sets a);
    DROP TABLE asked_term_sets;
    RETURN v_asked - v_lacking;
END
$$;

-- Makes one of several sets of a fragment in new_fragment_term_sets, which the load brought under several numbers: they may share
-- terms.
CREATE OR REPLACE PROCEDURE exograph_private.unite_term_sets()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CREATE UNLOGGED TABLE united AS
    SELECT n.fragment_id, array_agg(DISTINCT t.term_id) AS term_ids
    FROM new_fragment_term_sets n
    CROSS JOIN LATERAL unnest(n.term_ids) AS t (term_id)
    WHERE n.fragment_id IN (SELECT r.fragment_id FROM new_fragment_term_sets r GROUP BY r.fragment_id HAVING count(*) > 1)
    GROUP BY n.fragment_id;
    DELETE FROM new_fragment_term_sets n USING united u WHERE n.fragment_id = u.fragment_id;
    INSERT INTO new_fragment_term_sets (fragment_id, term_ids) SELECT u.fragment_id, u.term_ids FROM united u;
    DROP TABLE united;
    UPDATE staged_rows r SET repeats = false WHERE r.table_name = 'fragment_term_sets';
END
$$;
