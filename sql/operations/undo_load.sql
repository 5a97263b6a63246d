SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What undo_load does. Whose a row is, its load_id tells: rows of dimensions go by the mechanism of removals, partitions that
-- hold nothing else are dropped, and rows of other partitions are deleted. Who leans on a load is what its dependents have noted,
-- and rows inserted one by one that refer to its rows.

-- Whether a load is there to be undone; of one that was, a NOTICE tells. Errors: XG001, XG002.
CREATE OR REPLACE FUNCTION exograph_private.is_to_undo(load_id integer) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_load exograph.loads;
BEGIN
    SELECT * INTO v_load FROM exograph.loads l WHERE l.load_id = is_to_undo.load_id;
    CALL exograph_private.require_own_load(load_id, v_load);
    IF v_load.state = 'undone' THEN
        RAISE NOTICE 'load % was undone at %', load_id, v_load.undone_at;
    ELSIF v_load.state <> 'finalized' THEN
        RAISE EXCEPTION 'load % is %', load_id, v_load.state USING ERRCODE = 'XG002',
            DETAIL = 'Nothing of it is in the index.',
            HINT = CASE v_load.state WHEN 'open' THEN format('CALL exograph.abandon_load(%s) gives it up.', load_id)
                                     ELSE 'TABLE exograph.loads lists those that are finalized.' END;
    END IF;
    RETURN v_load.state = 'finalized';
END
$$;

-- A load and those that lean on it, be it through others.
CREATE OR REPLACE FUNCTION exograph_private.with_dependents(load_id integer) RETURNS integer[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH RECURSIVE leaning (load_id) AS (
        SELECT with_dependents.load_id
        UNION
        SELECT d.load_id FROM leaning l JOIN exograph.load_dependencies d ON d.depends_on = l.load_id WHERE d.load_id <> 0
    )
    SELECT pg_catalog.array_agg(l.load_id ORDER BY l.load_id) FROM leaning l
$$;

-- Whether loads may have rows of a table: the report does not deny it. What a replace took over it did not insert.
CREATE OR REPLACE FUNCTION exograph_private.may_have_rows(loads integer[], table_name text) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT EXISTS (
        SELECT FROM pg_catalog.unnest(loads) AS u (load_id)
        LEFT JOIN exograph.loads l USING (load_id)
        LEFT JOIN exograph.load_tables t ON t.load_id = u.load_id AND t.table_name = may_have_rows.table_name
        WHERE t.inserted IS DISTINCT FROM 0 OR l.options ->> 'mode' = 'replace')
$$;

-- The rows of dimensions that go with loads, what hangs on them included. found_others: whether some of that is of nobody of
-- these loads.
CREATE OR REPLACE FUNCTION exograph_private.rows_of_loads(
    IN loads integer[], OUT gone exograph_private.gone, OUT found_others boolean
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_others bigint := 0;
    v_nodes  bigint[];
BEGIN
    SELECT r.ids, r.others INTO gone.packages, v_others
    FROM exograph_private.ids_of_loads(loads, 'packages', 'id', NULL, v_others) r;
    SELECT r.ids, r.others INTO gone.package_versions, v_others
    FROM exograph_private.ids_of_loads(loads, 'package_versions', 'package_id', gone.packages, v_others) r;
    SELECT r.ids, r.others INTO gone.files, v_others
    FROM exograph_private.ids_of_loads(loads, 'files', 'package_version_id', gone.package_versions, v_others) r;
    SELECT r.ids, r.others INTO gone.fragments, v_others
    FROM exograph_private.ids_of_loads(loads, 'fragments', 'file_id', gone.files, v_others) r;
    SELECT r.ids, r.others INTO v_nodes, v_others
    FROM exograph_private.ids_of_loads(loads, 'graph_nodes', 'file_id', gone.files, v_others) r;
    gone.graph_nodes := exograph_private.with_ids(v_nodes, exograph_private.ids_on(
        'graph_nodes', 'package_version_id', gone.package_versions, 't.file_id IS NULL'));
    found_others := v_others > 0 OR cardinality(gone.graph_nodes) > coalesce(cardinality(v_nodes), 0);
END
$$;

-- The ids of the rows of a dimension that loads brought, or whose column holds one of the ids parents: one scan, since load_id
-- has no index. others: added to it is how many are of nobody of these loads.
CREATE OR REPLACE FUNCTION exograph_private.ids_of_loads(
    IN loads integer[], IN table_name text, IN column_name text, IN parents bigint[], OUT ids bigint[], INOUT others bigint
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    IF exograph_private.may_have_rows(loads, table_name) THEN
        EXECUTE format('SELECT array_agg(t.id ORDER BY t.id), $3 + count(*) FILTER (WHERE t.load_id <> ALL ($1))
                        FROM exograph.%I t
                        WHERE t.load_id = ANY ($1) OR t.%I = ANY ($2)', table_name, column_name)
        INTO ids, others USING loads, parents, others;
    ELSE
        ids := exograph_private.ids_on(table_name, column_name, parents);
        others := others + coalesce(cardinality(ids), 0);
    END IF;
END
$$;

-- Rows of nobody of these loads that would go with what is noted, or lose what they refer to. Loads have noted what they lean on,
-- so that of facts only those are looked at that were inserted one by one; they lie in the shared partitions.
CREATE OR REPLACE FUNCTION exograph_private.others_on_gone(loads integer[], gone exograph_private.gone, found_others boolean)
RETURNS TABLE (load_id integer, table_name text, row_count bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
#variable_conflict use_column
DECLARE
    v_column record;
    v_ids    bigint[];
    v_match  text;
BEGIN
    FOR v_column IN
        SELECT d.table_name, d.table_name AS sort, 'id' AS column_name, d.table_name AS parent,
               't.load_id <> ALL ($2)' AS condition
        FROM unnest('{packages,package_versions,files,fragments,graph_nodes}'::text[]) AS d (table_name)
        WHERE found_others
        UNION ALL
        SELECT 'file_paths', 'file_paths', 'file_id', 'files', 't.load_id <> ALL ($2)'
        UNION ALL
        SELECT CASE c.kind WHEN 'set' THEN 'fragment_terms' ELSE c.table_name END, c.table_name, c.column_name,
               c.refers_to, CASE c.kind WHEN 'dimension' THEN 't.load_id <> ALL ($2)' ELSE 't.load_id = 0' END
        FROM exograph.staging_columns c
        WHERE c.kind IN ('fact', 'set') AND c.refers_to IN ('package_versions', 'files', 'fragments', 'graph_nodes')
            OR c.table_name = 'graph_nodes' AND c.column_name = 'fragment_id'
    LOOP
        v_ids := CASE v_column.parent
            WHEN 'packages' THEN gone.packages
            WHEN 'package_versions' THEN gone.package_versions
            WHEN 'files' THEN gone.files
            WHEN 'fragments' THEN gone.fragments
            WHEN 'graph_nodes' THEN gone.graph_nodes
        END;
        v_match := exograph_private.gone_match(v_column.column_name, v_ids);
        CONTINUE WHEN v_match IS NULL;
        RETURN QUERY EXECUTE format(
            'SELECT t.load_id, %L, count(*) FROM exograph.%I t WHERE %s AND %s GROUP BY t.load_id',
            v_column.table_name, v_column.sort, v_match, v_column.condition)
        USING v_ids, loads;
    END LOOP;
END
$$;

-- Refuses where others lean on a load. others: what others_on_gone found. Errors: XG015.
CREATE OR REPLACE PROCEDURE exograph_private.refuse_dependents(load_id integer, others jsonb)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_loads integer[] := exograph_private.with_dependents(load_id);
    v_who   text[];
BEGIN
    SELECT array_agg(w.what ORDER BY w.load_id NULLS LAST) INTO v_who
    FROM (
        SELECT d.load_id, format('load %s (%L) found %s of load %s', d.load_id, l.label,
                                 string_agg(concat_ws(' of ', d.row_count, d.table_name), ', ' ORDER BY t.table_position),
                                 d.depends_on) AS what
        FROM exograph.load_dependencies d
        LEFT JOIN exograph.loads l ON l.load_id = d.load_id
        LEFT JOIN exograph_private.staging_tables t ON t.table_name = d.table_name
        WHERE d.depends_on = ANY (v_loads) AND d.load_id NOT IN (0, refuse_dependents.load_id)
        GROUP BY d.load_id, l.label, d.depends_on
        UNION ALL
        SELECT NULL, format('rows inserted one by one found %s of load %s',
                            string_agg(DISTINCT d.table_name, ', '), d.depends_on)
        FROM exograph.load_dependencies d
        WHERE d.depends_on = ANY (v_loads) AND d.load_id = 0
        GROUP BY d.depends_on
        UNION ALL
        SELECT nullif(o.load_id, 0), format('%s refer to it: %s',
                                            CASE o.load_id WHEN 0 THEN 'rows inserted one by one'
                                                           ELSE 'rows of load ' || o.load_id END,
                                            string_agg(format('%s of %s', o.row_count, o.table_name), ', '))
        FROM (
            SELECT abs(r.load_id) AS load_id, r.table_name, max(r.row_count) AS row_count
            FROM jsonb_to_recordset(others) AS r (load_id integer, table_name text, row_count bigint)
            GROUP BY abs(r.load_id), r.table_name
        ) o
        GROUP BY o.load_id
    ) w;
    IF v_who IS NOT NULL THEN
        RAISE EXCEPTION 'load % cannot be undone alone: others lean on it', load_id USING ERRCODE = 'XG015',
            DETAIL = array_to_string(v_who[:20], '; ')
                || CASE WHEN cardinality(v_who) > 20 THEN format('; and %s more', cardinality(v_who) - 20) ELSE '' END || '.',
            HINT = format('CALL exograph.undo_load(%s, dependents => true) takes them along: %s loads, and the rows inserted one '
                          'by one that refer to theirs.', load_id, cardinality(v_loads));
    END IF;
END
$$;

-- Takes what goes with loads and all other rows of theirs out of the index. Returns how many rows went, a line per table that
-- lost any; of fragments, pairs with a term. Partitions are dropped at the end, so that readers wait for no more than that.
CREATE OR REPLACE FUNCTION exograph_private.remove_loads(loads integer[], gone exograph_private.gone)
RETURNS TABLE (table_name text, deleted bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
#variable_conflict use_column
DECLARE
    v_own     jsonb := exograph_private.own_partitions(loads);
    v_facts   text  := coalesce(
        (SELECT string_agg(format('(t.load_id < %s OR t.load_id >= %s)', b.first_load, b.last_load + 1), ' AND ')
         FROM (SELECT DISTINCT p.first_load, p.last_load
               FROM jsonb_to_recordset(v_own) AS p (first_load integer, last_load integer)) b), 'true');
    v_removed jsonb := exograph_private.remove_facts_of_loads(loads, v_own);
    v_paths   bigint;
BEGIN
    gone.terms := exograph_private.terms_of_loads(loads, gone.fragments, v_facts);
    SELECT v_removed || coalesce(jsonb_agg(to_jsonb(r)), '[]') INTO v_removed
    FROM exograph_private.remove_gone(gone, v_facts) r;
    DELETE FROM exograph.file_paths p WHERE p.load_id = ANY (loads);
    GET DIAGNOSTICS v_paths = ROW_COUNT;
    DELETE FROM exograph.complete_facts c WHERE c.load_id = ANY (loads);
    CALL exograph_private.drop_own_partitions(v_own);
    RETURN QUERY
        SELECT r.table_name, sum(r.deleted)::bigint
        FROM (SELECT * FROM jsonb_to_recordset(v_removed) AS r (table_name text, deleted bigint)
              UNION ALL SELECT 'file_paths', v_paths) r
        GROUP BY r.table_name
        HAVING sum(r.deleted) > 0
        ORDER BY exograph_private.table_position(r.table_name);
END
$$;

-- The partitions that hold rows of these loads and of no other: an array of {table_name, partition_name, first_load, last_load}.
-- Of a merged one its rows are asked, up to the first of another load.
CREATE OR REPLACE FUNCTION exograph_private.own_partitions(loads integer[]) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_own       jsonb := '[]';
    v_partition record;
    v_is_own    boolean;
BEGIN
    FOR v_partition IN
        SELECT p.table_name, p.partition_name, p.first_load, p.last_load
        FROM exograph.fact_partitions p
        WHERE EXISTS (SELECT FROM unnest(loads) AS u (load_id) WHERE u.load_id BETWEEN p.first_load AND p.last_load)
    LOOP
        v_is_own := v_partition.first_load = v_partition.last_load;
        IF NOT v_is_own THEN
            EXECUTE format('SELECT NOT EXISTS (SELECT FROM exograph.%I t WHERE t.load_id <> ALL ($1))',
                           v_partition.partition_name)
            INTO v_is_own USING loads;
        END IF;
        IF v_is_own THEN
            v_own := v_own || to_jsonb(v_partition);
        END IF;
    END LOOP;
    RETURN v_own;
END
$$;

-- Deletes the facts of loads that lie in partitions with those of others, by the partition, so that no trigger takes declarations
-- back: what others declared complete of a file does not rest on these facts. Returns an array of {table_name, deleted}, of these
-- and of the partitions own, which are only counted.
CREATE OR REPLACE FUNCTION exograph_private.remove_facts_of_loads(loads integer[], own jsonb) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_removed   jsonb := '[]';
    v_partition record;
    v_name      text;
    v_rows      bigint;
BEGIN
    FOR v_partition IN
        SELECT p.table_name, p.partition_name, p.first_load IS NULL AS is_shared, o.partition_name IS NOT NULL AS is_own,
               CASE p.table_name WHEN 'fragment_term_sets' THEN 'cardinality(t.term_ids)' ELSE '1' END AS weight
        FROM exograph.fact_partitions p
        LEFT JOIN jsonb_to_recordset(own) AS o (partition_name text) USING (partition_name)
        WHERE p.first_load IS NULL
            OR EXISTS (SELECT FROM unnest(loads) AS u (load_id) WHERE u.load_id BETWEEN p.first_load AND p.last_load)
    LOOP
        v_name := CASE v_partition.table_name WHEN 'fragment_term_sets' THEN 'fragment_terms' ELSE v_partition.table_name END;
        CONTINUE WHEN NOT exograph_private.may_have_rows(loads, v_name);
        IF v_partition.is_own THEN
            EXECUTE format('SELECT coalesce(sum(%s), 0) FROM exograph.%I t', v_partition.weight, v_partition.partition_name)
            INTO v_rows;
        ELSE
            EXECUTE format('WITH deleted AS (DELETE FROM exograph.%I t WHERE t.load_id = ANY ($1) RETURNING %s AS weight)
                            SELECT coalesce(sum(d.weight), 0) FROM deleted d', v_partition.partition_name, v_partition.weight)
            INTO v_rows
            USING ARRAY(SELECT CASE WHEN v_partition.is_shared THEN -u.load_id ELSE u.load_id END
                        FROM unnest(loads) AS u (load_id));
        END IF;
        v_removed := v_removed || jsonb_build_object('table_name', v_name, 'deleted', v_rows);
    END LOOP;
    RETURN v_removed;
END
$$;

-- The terms of loads that no set holds which stays: of fragments that go none does. facts: the condition that a set t may stay.
-- Each is looked up by the GIN indexes.
CREATE OR REPLACE FUNCTION exograph_private.terms_of_loads(loads integer[], fragments bigint[], facts text) RETURNS bigint[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_terms bigint[];
BEGIN
    IF exograph_private.may_have_rows(loads, 'terms') THEN
        EXECUTE format(
            'SELECT array_agg(x.id ORDER BY x.id)
             FROM exograph.terms x
             WHERE x.load_id = ANY ($1)
                 AND NOT EXISTS (SELECT FROM exograph.fragment_term_sets t
                                 WHERE t.term_ids @> ARRAY[x.id] AND %s AND t.fragment_id <> ALL ($2))',
            facts)
        INTO v_terms USING loads, coalesce(fragments, '{}');
    END IF;
    RETURN v_terms;
END
$$;

-- Drops the partitions own, all in one moment. Errors: 2BP01, 55P03. All locks that will be needed, before anything is touched:
-- what refers to each other from the top, then the partitions.
CREATE OR REPLACE PROCEDURE exograph_private.drop_own_partitions(own jsonb)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_partitions text[] := ARRAY(SELECT p.partition_name
                                 FROM jsonb_to_recordset(own) AS p (partition_name text)
                                 ORDER BY p.partition_name);
    v_tables     text[] := ARRAY(SELECT t.table_name
                                 FROM exograph_private.staging_tables t
                                 WHERE t.table_name IN (SELECT p.table_name FROM jsonb_to_recordset(own) AS p (table_name text))
                                 ORDER BY t.table_position);
BEGIN
    IF v_partitions <> '{}' THEN
        CALL exograph_private.lock_readers_out('undo_load', v_tables || v_partitions, '.');
        CALL exograph_private.drop_partitions('undo_load', v_partitions);
    END IF;
END
$$;

-- Drops what keep_maps has kept of loads: the ids are void. Errors: 2BP01, 55P03.
CREATE OR REPLACE PROCEDURE exograph_private.drop_maps_of_loads(loads integer[])
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_load_id integer;
BEGIN
    FOREACH v_load_id IN ARRAY loads LOOP
        BEGIN
            CALL exograph_private.drop_staging(v_load_id);
        EXCEPTION WHEN lock_not_available THEN
            CALL exograph_private.raise_staging_in_use(v_load_id, 'nothing was changed');
        END;
    END LOOP;
END
$$;
