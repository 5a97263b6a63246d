SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Reading all sets of terms takes long, 6 s of 20M pairs, and is done while others write. What they have written meanwhile is
-- looked for behind the gate, where it takes a look at the heads of the rows.

-- Terms that no set holds which is committed and seen now.
CREATE OR REPLACE FUNCTION exograph_private.unheld_terms() RETURNS integer[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    RETURN ARRAY(
        SELECT t.id
        FROM exograph.terms t
        WHERE NOT EXISTS (
            SELECT FROM (SELECT DISTINCT unnest(s.term_ids) AS id FROM exograph.fragment_term_sets s) h
            WHERE h.id = t.id));
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
