SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Facts that became a partition after the snapshot was taken may be visible in it without their files, which were inserted later:
-- rows of reserved loads are committed by COPY. In the snapshot such a load is open.
CREATE OR REPLACE FUNCTION exograph_private.loads_in_the_making() RETURNS integer[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(array_agg(l.load_id), '{}') FROM exograph.loads l WHERE l.state = 'open'
$$;

-- Rows that refer to a row which does not exist. Constraints may have been skipped by session_replication_role or a restore.
CREATE OR REPLACE FUNCTION exograph_private.check_orphans() RETURNS SETOF exograph_private.finding
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_reference exograph_private.references;
    v_where     text;
BEGIN
    FOR v_reference IN SELECT * FROM exograph_private.references ORDER BY 1, 2 LOOP
        v_where := format('t.%I IS NOT NULL AND NOT EXISTS (SELECT FROM exograph.%I p WHERE p.%I = t.%1$I)',
                          v_reference.column_name, v_reference.parent, v_reference.parent_column);
        RETURN QUERY EXECUTE format(
            'SELECT ''orphans'', ''exograph.%1$I'',
                    format(''%%s rows whose %2$I, the lowest %%s, is no row of exograph.%3$I'', count(*), min(t.%2$I)), $1
             FROM exograph.%1$I t
             WHERE %4$s %5$s
             HAVING count(*) > 0',
            v_reference.table_name, v_reference.column_name, v_reference.parent, v_where,
            CASE WHEN v_reference.table_name IN (SELECT s.table_name FROM exograph_private.staging_tables s
                                                 WHERE s.kind IN ('fact', 'set'))
                THEN 'AND t.load_id <> ALL ($2)' END)
            USING format(CASE v_reference.on_orphan WHEN 'delete' THEN 'DELETE FROM exograph.%1$I t WHERE %2$s;'
                                                    ELSE 'UPDATE exograph.%1$I t SET %3$I = NULL WHERE %2$s;' END,
                         v_reference.table_name, v_where, v_reference.column_name),
                  exograph_private.loads_in_the_making();
    END LOOP;
END
$$;

-- Rows whose package or version is not that of their file, or of their version where they have no file.
CREATE OR REPLACE FUNCTION exograph_private.check_places() RETURNS SETOF exograph_private.finding
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_table text;
    v_where text;
BEGIN
    FOREACH v_table IN ARRAY '{fragments,graph_nodes,comments,definitions,symbol_references,call_edges}'::text[] LOOP
        v_where := 'f.id = t.file_id '
            'AND (t.package_id, t.package_version_id) IS DISTINCT FROM (f.package_id, f.package_version_id)';
        RETURN QUERY EXECUTE format(
            'SELECT ''not where its file is'', ''exograph.%1$I'',
                    format(''%%s rows of %%s files have another package or version'', count(*), count(DISTINCT t.file_id)), $1
             FROM exograph.%1$I t JOIN exograph.files f ON %2$s
             WHERE t.load_id <> ALL ($2)
             HAVING count(*) > 0', v_table, v_where)
            USING format('UPDATE exograph.%I t SET package_id = f.package_id, package_version_id = f.package_version_id '
                         'FROM exograph.files f WHERE %s;', v_table, v_where),
                  exograph_private.loads_in_the_making();
    END LOOP;
    FOREACH v_table IN ARRAY '{files,graph_nodes,call_edges}'::text[] LOOP
        v_where := CASE WHEN v_table <> 'files' THEN 't.file_id IS NULL AND ' ELSE '' END
            || 't.package_id IS DISTINCT FROM '
               '(SELECT v.package_id FROM exograph.package_versions v WHERE v.id = t.package_version_id)';
        RETURN QUERY EXECUTE format(
            'SELECT ''not where its version is'', ''exograph.%1$I'', format(''%%s rows have another package'', count(*)), $1
             FROM exograph.%1$I t LEFT JOIN exograph.package_versions v ON v.id = t.package_version_id
             WHERE (v.id IS NOT NULL OR t.package_version_id IS NULL) AND t.package_id IS DISTINCT FROM v.package_id %2$s
                 AND t.load_id <> ALL ($2)
             HAVING count(*) > 0', v_table, CASE WHEN v_table <> 'files' THEN 'AND t.file_id IS NULL' END)
            USING format('UPDATE exograph.%1$I t SET package_id = '
                         '(SELECT v.package_id FROM exograph.package_versions v WHERE v.id = t.package_version_id) WHERE %2$s;',
                         v_table, v_where),
                  exograph_private.loads_in_the_making();
    END LOOP;
END
$$;

-- How many rows of which load are in which table.
CREATE OR REPLACE FUNCTION exograph_private.rows_of_loads()
RETURNS TABLE (table_name text, is_fact boolean, partition regclass, load_id integer, rows bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    FOR table_name, is_fact IN
        SELECT t.table_name, t.kind <> 'dimension' FROM exograph_private.staging_tables t WHERE t.kind <> 'pair'
        UNION ALL
        VALUES ('file_paths', false)
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT $1, $2, t.tableoid::regclass, t.load_id, count(*) FROM exograph.%I t GROUP BY t.tableoid, t.load_id',
            table_name) USING table_name, is_fact;
    END LOOP;
END
$$;

-- Rows of loads that the ledger does not know, or that are not finalized, and facts outside of what their partition is for. Terms
-- of an undone load may stay, since others use them.
CREATE OR REPLACE FUNCTION exograph_private.check_loads() RETURNS SETOF exograph_private.finding
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH held AS MATERIALIZED (
        SELECT r.*, l.state, p.first_load, p.last_load
        FROM exograph_private.rows_of_loads() r
        LEFT JOIN exograph.loads l ON l.load_id = abs(r.load_id)
        LEFT JOIN exograph.fact_partitions p ON format('exograph.%I', p.partition_name)::regclass = r.partition
        WHERE r.load_id <> 0 AND NOT (r.load_id > 0 AND r.is_fact AND r.load_id = ANY (exograph_private.loads_in_the_making()))
            OR r.load_id > 0 AND r.is_fact AND p.first_load IS NULL
    )
    SELECT 'unknown load', 'load ' || abs(h.load_id),
           'exograph.loads has no row for what is in ' || string_agg(DISTINCT h.table_name, ', '),
           format('INSERT INTO exograph.loads (load_id, label, state, started_by, role_oid, cluster, ended_at) '
                  'OVERRIDING SYSTEM VALUE SELECT %s, ''found by check_index'', ''finalized'', current_user, '
                  'current_user::regrole, system_identifier, now() FROM pg_control_system();', abs(h.load_id))
    FROM held h
    WHERE h.state IS NULL
    GROUP BY abs(h.load_id)
    UNION ALL
    SELECT 'not finalized', format('exograph.%I', h.table_name),
           format('%s rows of loads %s', sum(h.rows), string_agg(format('%s (%s)', abs(h.load_id), h.state), ', ')),
           format(CASE WHEN h.is_fact THEN 'DELETE FROM exograph.%I WHERE load_id IN (%s);'
                                      ELSE 'UPDATE exograph.%I SET load_id = 0 WHERE load_id IN (%s);' END,
                  h.table_name, string_agg(h.load_id::text, ', '))
    FROM held h
    WHERE h.state <> 'finalized' AND NOT (h.state = 'undone' AND h.table_name = 'terms')
    GROUP BY h.table_name, h.is_fact
    UNION ALL
    SELECT 'out of bounds', h.partition::text,
           format('%s rows of loads %s, which the partition is not for', sum(h.rows), string_agg(h.load_id::text, ', ')),
           format('WITH moved AS (DELETE FROM %s WHERE load_id IN (%s) RETURNING *) INSERT INTO exograph.%I (%s, load_id) '
                  'SELECT %4$s, -abs(load_id) FROM moved;', h.partition, string_agg(h.load_id::text, ', '), h.table_name,
                  (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
                   WHERE a.attrelid = h.partition AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'load_id'))
    FROM held h
    WHERE h.is_fact AND (h.first_load IS NULL AND h.load_id > 0 OR h.load_id NOT BETWEEN h.first_load AND h.last_load)
    GROUP BY h.partition, h.table_name
    ORDER BY 1, 2
$$;

-- Equal identities, be it in two partitions or in one whose index is broken: the row of the earlier load stays.
CREATE OR REPLACE FUNCTION exograph_private.check_identities() RETURNS SETOF exograph_private.finding
LANGUAGE plpgsql STABLE SECURITY INVOKER SET enable_indexscan = off SET enable_indexonlyscan = off AS $$
DECLARE
    v_table    text;
    v_identity text;
BEGIN
    FOR v_table, v_identity IN
        SELECT c.table_name, string_agg(quote_ident(c.column_name), ', ' ORDER BY c.column_position)
        FROM exograph.staging_columns c
        WHERE c.kind = 'fact' AND c.identity
        GROUP BY c.table_name
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT ''identity twice'', ''exograph.%1$I'', format(''%%s facts are there %%s times'', count(*), sum(d.count)), $1
             FROM (SELECT count(*) FROM exograph.%1$I t WHERE t.load_id <> ALL ($2) GROUP BY %2$s HAVING count(*) > 1) d
             HAVING count(*) > 0', v_table, v_identity)
            USING format('DELETE FROM exograph.%1$I t USING (SELECT tableoid, ctid, row_number() OVER (PARTITION BY %2$s '
                         'ORDER BY abs(load_id), tableoid, ctid) AS n FROM exograph.%1$I) d '
                         'WHERE d.n > 1 AND t.tableoid = d.tableoid AND t.ctid = d.ctid;', v_table, v_identity),
                  exograph_private.loads_in_the_making();
    END LOOP;
END
$$;

-- Equal keys in a dimension: the index that forbids them is broken, or was not there. Of terms the sets take the one that stays;
-- elsewhere what hangs on the later row goes with it, and another load of the package brings it again.
CREATE OR REPLACE FUNCTION exograph_private.check_keys() RETURNS SETOF exograph_private.finding
LANGUAGE plpgsql STABLE SECURITY INVOKER SET enable_indexscan = off SET enable_indexonlyscan = off AS $$
DECLARE
    v_key exograph_private.dimension_keys;
BEGIN
    FOR v_key IN SELECT * FROM exograph_private.dimension_keys ORDER BY 1, 2 LOOP
        RETURN QUERY EXECUTE format(
            'SELECT ''key twice'', ''exograph.%1$I'',
                    format(''%%s values of (%2$s) are there %%s times'', count(*), sum(d.count)), $1
             FROM (SELECT count(*) FROM exograph.%1$I GROUP BY %2$s HAVING count(*) > 1) d
             HAVING count(*) > 0', v_key.table_name, v_key.columns)
            USING CASE WHEN v_key.columns = 'term' THEN
                'UPDATE exograph.fragment_term_sets s SET term_ids = ARRAY(SELECT DISTINCT coalesce(d.stays, u.id) '
                'FROM unnest(s.term_ids) AS u (id) LEFT JOIN exograph_private.duplicate_terms() d ON d.id = u.id ORDER BY 1) '
                'WHERE s.term_ids && ARRAY(SELECT d.id FROM exograph_private.duplicate_terms() d); '
            ELSE '' END
            || format('DELETE FROM exograph.%1$I t USING (SELECT ctid, row_number() OVER (PARTITION BY %2$s '
                      'ORDER BY %3$s, ctid) AS n FROM exograph.%1$I) d WHERE d.n > 1 AND t.ctid = d.ctid; '
                      'REINDEX TABLE exograph.%1$I;',
                      v_key.table_name, v_key.columns, CASE WHEN v_key.table_name = 'file_paths' THEN 'load_id' ELSE 'id' END);
    END LOOP;
END
$$;

-- Terms that are there again under a later id, for the statement that mends it.
CREATE OR REPLACE FUNCTION exograph_private.duplicate_terms() RETURNS TABLE (id integer, stays integer)
LANGUAGE sql STABLE SECURITY INVOKER SET enable_indexscan = off SET enable_indexonlyscan = off AS $$
    SELECT d.id, d.stays
    FROM (SELECT t.id, min(t.id) OVER (PARTITION BY t.term) AS stays FROM exograph.terms t) d
    WHERE d.id <> d.stays
$$;

-- Rows of dimensions that their index does not find, as loads look for them. TABLESAMPLE reads the table itself, whatever indexes
-- there are; OFFSET 0 has the row looked up by key alone.
CREATE OR REPLACE FUNCTION exograph_private.check_look_ups() RETURNS SETOF exograph_private.finding
LANGUAGE plpgsql STABLE SECURITY INVOKER
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
    v_key exograph_private.dimension_keys;
BEGIN
    FOR v_key IN
        SELECT k.*
        FROM exograph_private.dimension_keys k
        JOIN pg_index i ON i.indexrelid = to_regclass(format('exograph.%I', k.index_name)) AND i.indisvalid
        ORDER BY 1, 2
    LOOP
        RETURN QUERY EXECUTE format(
            'SELECT ''broken index'', ''exograph.%1$I'', format(''%%s rows of exograph.%2$I are not found by it'', count(*)), $1
             FROM exograph.%2$I a TABLESAMPLE SYSTEM (100)
             WHERE a.%4$I IS NOT NULL
                 AND NOT EXISTS (SELECT FROM (SELECT b.ctid FROM exograph.%2$I b WHERE %3$s OFFSET 0) b WHERE b.ctid = a.ctid)
             HAVING count(*) > 0', v_key.index_name, v_key.table_name, v_key.look_up, v_key.never_null)
            USING format('REINDEX INDEX exograph.%I;', v_key.index_name);
    END LOOP;
END
$$;

-- Sequences of ids that are behind the ids that are there or reserved, as after a restore of tables alone.
CREATE OR REPLACE FUNCTION exograph_private.check_sequences() RETURNS SETOF exograph_private.finding
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_table  text;
    v_column text;
    v_last   bigint;
BEGIN
    FOR v_table, v_column IN
        SELECT t.table_name, 'id' FROM exograph_private.staging_tables t WHERE t.kind = 'dimension'
        UNION ALL
        VALUES ('loads', 'load_id')
    LOOP
        EXECUTE format('SELECT greatest((SELECT max(t.%2$I) FROM exograph.%1$I t),
                                        (SELECT max(r.last) FROM exograph.reserved_ids r WHERE r.table_name = %1$L))',
                       v_table, v_column) INTO v_last;
        IF v_last > coalesce(pg_sequence_last_value(pg_get_serial_sequence(format('exograph.%I', v_table), v_column)), 0) THEN
            RETURN QUERY SELECT
                'sequence behind', format('exograph.%I', v_table),
                format('%s %s is taken, and will be given again', v_column, v_last),
                format('SELECT setval(pg_get_serial_sequence(''exograph.%I'', ''%I''), %s);', v_table, v_column, v_last);
        END IF;
    END LOOP;
END
$$;
