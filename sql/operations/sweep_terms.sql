SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Looking through all sets of terms takes seconds, and is done while others write. What they have written meanwhile is looked for
-- behind the gate, where it takes a look at the heads of the rows.

-- Terms that no set in these partitions holds which is committed and seen now. The caller keeps them from being dropped.
--
-- Most terms are held, and are found so in a ninth of the sets. Those that are left hardly are: each is looked up by the index of
-- a partition, where that takes less than reading it, 1.4 us against 200 for a page. What is read is read in pieces, each twice
-- as large as the one before, for a statement costs 0.5 us a term. To gather first all that are held took the longer for each
-- pair the more terms there were.
CREATE OR REPLACE FUNCTION exograph_private.unheld_terms(partitions oid[]) RETURNS integer[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_terms     integer[] := ARRAY(SELECT t.id FROM exograph.terms t ORDER BY t.id);
    v_piece     bigint    := greatest(cardinality(v_terms) / 1000, 64); -- pages: about as many pairs as there are terms
    v_rest      bigint    := v_piece;
    v_read      bigint    := 0;
    v_page      bigint;
    v_end       bigint;
    v_sets      text;
    v_partition record;
BEGIN
    FOR v_partition IN
        SELECT p.oid::regclass AS name, pg_relation_size(p.oid) / current_setting('block_size')::integer AS pages,
               exograph_private.index_of_term_ids(p.oid) AS index
        FROM unnest(partitions) AS p (oid)
        ORDER BY pages
    LOOP
        v_page := 0;
        WHILE v_page < v_partition.pages AND v_terms <> '{}' LOOP
            IF v_partition.index IS NOT NULL AND cardinality(v_terms) < 100 * (v_partition.pages - v_page)
                AND v_partition.pages - v_page < 8 * v_read
            THEN
                v_terms := exograph_private.unheld_by_index(v_terms, v_partition.name, v_partition.index);
                EXIT;
            END IF;
            v_end := least(v_page + v_rest, v_partition.pages);
            v_sets := concat_ws(' UNION ALL ', v_sets, format(
                'SELECT unnest(s.term_ids) AS id FROM %s s WHERE s.ctid >= ''(%s,0)'' AND s.ctid < ''(%s,0)''',
                v_partition.name, v_page, v_end));
            v_rest := v_rest - (v_end - v_page);
            v_page := v_end;
            IF v_rest = 0 THEN
                v_terms := exograph_private.unheld_in(v_terms, v_sets);
                v_sets := NULL;
                v_read := v_read + v_piece;
                v_piece := 2 * v_piece;
                v_rest := v_piece;
            END IF;
        END LOOP;
    END LOOP;
    RETURN CASE WHEN v_sets IS NULL THEN v_terms ELSE exograph_private.unheld_in(v_terms, v_sets) END;
END
$$;

-- The index of a partition by terms, if it has one that can be used.
CREATE OR REPLACE FUNCTION exograph_private.index_of_term_ids(partition oid) RETURNS regclass
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT i.indexrelid::regclass
    FROM pg_index i
    JOIN pg_inherits h ON h.inhrelid = i.indexrelid
    WHERE i.indrelid = partition AND i.indisvalid AND NOT i.indcheckxmin
        AND h.inhparent = to_regclass('exograph.fragment_term_sets_term_ids')
$$;

-- Of terms, those that a query of ids does not yield.
CREATE OR REPLACE FUNCTION exograph_private.unheld_in(terms integer[], query text) RETURNS integer[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_terms integer[];
BEGIN
    EXECUTE format(
        'WITH held AS MATERIALIZED (SELECT DISTINCT h.id FROM (%s) h JOIN (SELECT unnest($1) AS id) t ON t.id = h.id)
         SELECT array_agg(t.id ORDER BY t.id)
         FROM (SELECT unnest($1) AS id) t
         WHERE NOT EXISTS (SELECT FROM held h WHERE h.id = t.id)', query)
    INTO v_terms USING terms;
    RETURN coalesce(v_terms, '{}');
END
$$;

-- Of terms, those that no set in a partition holds: each is looked up by the index. What waits to be sorted into it would be read
-- for each.
CREATE OR REPLACE FUNCTION exograph_private.unheld_by_index(terms integer[], partition regclass, index regclass) RETURNS integer[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET enable_seqscan = off AS $$
DECLARE
    v_terms integer[];
BEGIN
    PERFORM gin_clean_pending_list(index);
    EXECUTE format(
        'SELECT array_agg(t.id ORDER BY t.id)
         FROM (SELECT unnest($1) AS id) t
         WHERE NOT EXISTS (SELECT FROM %s s WHERE s.term_ids @> ARRAY[t.id])', partition)
    INTO v_terms USING terms;
    RETURN coalesce(v_terms, '{}');
END
$$;

-- Keeps the open loads that may have resolved terms from being finalized, until the transaction ends, and returns the tables in
-- which they note them. Errors: 55P03. First to be called before the gate is closed: who finalizes a load has its staging, and
-- then waits at the gate. Behind it waiting is not allowed, so that only loads that were begun since can be in the way.
CREATE OR REPLACE FUNCTION exograph_private.hold_resolved_terms(waiting boolean) RETURNS text[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_load_id integer;
    v_table   text;
    v_tables  text[] := '{}';
BEGIN
    FOR v_load_id, v_table IN
        SELECT l.load_id, format('%I.resolved_terms', n.nspname)
        FROM exograph.loads l
        JOIN pg_namespace n ON n.nspname = exograph.staging_schema(l.load_id) AND n.nspowner = current_user::regrole
        WHERE l.state = 'open'
        ORDER BY l.load_id
    LOOP
        BEGIN
            EXECUTE format('LOCK TABLE %s IN ACCESS SHARE MODE %s', v_table, CASE WHEN NOT waiting THEN 'NOWAIT' END);
            v_tables := array_append(v_tables, v_table);
        EXCEPTION
            WHEN undefined_table OR invalid_schema_name THEN
                NULL; -- the load has ended, or lost its staging
            WHEN lock_not_available THEN
                PERFORM exograph_private.raise_lock_timeout(
                    format('sweep_terms: load %s may have resolved terms, and is being finalized', v_load_id),
                    'Nothing was changed: call again when it is done, perhaps with a longer lock_timeout.',
                    exograph_private.lock_holders(ARRAY[to_regclass(v_table)::oid], 'AccessExclusiveLock'));
        END;
    END LOOP;
    RETURN v_tables;
END
$$;

-- Of terms, those that nothing uses even now, behind the gate: no open load has resolved them, and no set holds them that the
-- partitions named here did not hold when the horizon was the oldest transaction at work. Errors: 55P03. An attached partition
-- may hold rows that are older than their coming. age() counts from now, so that of two it compares which is older.
CREATE OR REPLACE FUNCTION exograph_private.still_unused_terms(terms integer[], partitions oid[], horizon xid) RETURNS integer[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_used      text := (SELECT string_agg(format('SELECT r.id FROM %s r', t.name), ' UNION ALL ')
                         FROM unnest(exograph_private.hold_resolved_terms(waiting => false)) AS t (name));
    v_terms     integer[];
    v_partition record;
BEGIN
    FOR v_partition IN
        SELECT i.inhrelid::regclass AS name, i.inhrelid = ANY (partitions) AS is_known
        FROM pg_inherits i
        WHERE i.inhparent = 'exograph.fragment_term_sets'::regclass
    LOOP
        v_used := concat_ws(' UNION ALL ', v_used, format(
            'SELECT unnest(s.term_ids) FROM %s s%s', v_partition.name,
            CASE WHEN v_partition.is_known THEN ' WHERE age(s.xmin) <= age($2)' END));
    END LOOP;
    EXECUTE format('SELECT array_agg(t.id ORDER BY t.id) FROM unnest($1) AS t (id)
                    WHERE NOT EXISTS (SELECT FROM (%s) u (id) WHERE u.id = t.id)', v_used)
    INTO v_terms USING terms, horizon;
    RETURN coalesce(v_terms, '{}');
END
$$;
