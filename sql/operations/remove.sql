SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Taking rows of dimensions out of the index with everything that hangs on them, set by set. The caller has the gate alone, and
-- calls in this order: create_gone(); its own INSERTs into gone_...; spread_gone(); remove_gone(); drop_gone(). The time is in
-- proportion to what goes: every table is entered by an index, and joined with ids that were counted.

-- Refuses a caller and a transaction that may not remove; what names the call in errors. Errors: XG007, 25006, 42501.
CREATE OR REPLACE PROCEDURE exograph_private.require_removal(what text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.require_owner(what, 'It takes away what others have loaded.');
    CALL exograph_private.require_fit_transaction(what);
END
$$;

-- What a public call that removes begins with: from here on nobody else writes. Errors: XG007, 25006, 42501, 55P03.
CREATE OR REPLACE PROCEDURE exograph_private.enter_removal(what text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.require_removal(what);
    CALL exograph_private.lock_index(what);
    CALL exograph_private.create_gone();
END
$$;

-- Makes the work tables of a removal, in which ids are noted; unlogged, and seen by nobody else. The triggers of the index tables
-- that do for single rows what remove_gone does for all of them leave it to it where they are.
CREATE OR REPLACE PROCEDURE exograph_private.create_gone()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CREATE UNLOGGED TABLE exograph_private.gone_packages (id bigint PRIMARY KEY);
    CREATE UNLOGGED TABLE exograph_private.gone_package_versions (id bigint PRIMARY KEY);
    CREATE UNLOGGED TABLE exograph_private.gone_files (id bigint PRIMARY KEY);
    CREATE UNLOGGED TABLE exograph_private.gone_fragments (id bigint PRIMARY KEY);
    CREATE UNLOGGED TABLE exograph_private.gone_graph_nodes (id bigint PRIMARY KEY);
    CREATE UNLOGGED TABLE exograph_private.gone_terms (id integer PRIMARY KEY);
END
$$;

-- Whether rows are being removed by this transaction.
CREATE OR REPLACE FUNCTION exograph_private.is_removing() RETURNS boolean
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    SELECT pg_catalog.to_regclass('exograph_private.gone_fragments') IS NOT NULL
$$;

-- Drops the work tables of a removal.
CREATE OR REPLACE PROCEDURE exograph_private.drop_gone()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    DROP TABLE exograph_private.gone_packages, exograph_private.gone_package_versions, exograph_private.gone_files,
        exograph_private.gone_fragments, exograph_private.gone_graph_nodes, exograph_private.gone_terms;
END
$$;

-- Adds to the noted ids those of what hangs on them, from the top. Nodes without a file are found by their version: among those
-- without a file where there are few, else by the index of packages, which is for the planner to say.
CREATE OR REPLACE PROCEDURE exograph_private.spread_gone()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.spread_to('gone_package_versions', 'package_versions', 'package_id', 'gone_packages');
    CALL exograph_private.spread_to('gone_files', 'files', 'package_version_id', 'gone_package_versions');
    CALL exograph_private.spread_to('gone_fragments', 'fragments', 'file_id', 'gone_files');
    CALL exograph_private.spread_to('gone_graph_nodes', 'graph_nodes', 'file_id', 'gone_files');
    CALL exograph_private.spread_to(
        'gone_graph_nodes', 'graph_nodes', 'package_version_id', 'gone_package_versions', 't.file_id IS NULL');
END
$$;

-- Notes in a work table the ids of the rows of a dimension whose column holds a noted id. condition: of rows t.
CREATE OR REPLACE PROCEDURE exograph_private.spread_to(
    noted text, table_name text, column_name text, gone text, condition text DEFAULT 'true'
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_match text := exograph_private.gone_match(column_name, gone);
BEGIN
    IF v_match IS NOT NULL THEN
        EXECUTE format('ANALYZE exograph_private.%I', gone);
        EXECUTE format('INSERT INTO exograph_private.%I (id)
                        SELECT t.id FROM exograph.%I t JOIN exograph_private.%I g ON %s WHERE %s ON CONFLICT DO NOTHING',
                       noted, table_name, gone, v_match, condition);
    END IF;
END
$$;

-- Removes the rows with the noted ids and what refers to them: facts go, references to fragments of what stays become NULL. Of
-- files that stay and lose rows so, those of that table are no longer declared complete. Of terms only those are noted that no
-- set holds, or none that stays: that is for the caller to know. facts: the condition that a fact t may go, for a caller who
-- drops partitions. Returns how many rows went, a line per table that lost any, in the order in which tables depend on each
-- other; terms of fragments are counted as pairs.
CREATE OR REPLACE FUNCTION exograph_private.remove_gone(facts text DEFAULT 'true')
RETURNS TABLE (table_name text, deleted bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
#variable_conflict use_column
DECLARE
    v_role    text   := current_setting('session_replication_role');
    v_deleted jsonb  := '{}';
    v_table   text;
BEGIN
    ANALYZE exograph_private.gone_packages, exograph_private.gone_package_versions, exograph_private.gone_files,
        exograph_private.gone_fragments, exograph_private.gone_graph_nodes, exograph_private.gone_terms;
    IF exograph_private.may_skip_triggers() THEN
        PERFORM set_config('session_replication_role', 'replica', true);
    END IF;

    PERFORM exograph_private.delete_gone('complete_facts', 'file_id', 'gone_files');
    FOREACH v_table IN ARRAY '{comments,definitions,symbol_references}'::text[] LOOP
        v_deleted := v_deleted || jsonb_build_object(
            v_table, exograph_private.delete_gone(v_table, 'file_id', 'gone_files', facts));
    END LOOP;
    v_deleted := v_deleted || jsonb_build_object('call_edges', exograph_private.remove_calls(facts));
    v_deleted := v_deleted || jsonb_build_object('fragment_terms', exograph_private.remove_term_sets(facts => facts));
    CALL exograph_private.void_gone_declarations();

    v_deleted := v_deleted || jsonb_build_object(
        'graph_nodes', exograph_private.delete_gone('graph_nodes', 'id', 'gone_graph_nodes'));
    CALL exograph_private.clear_references_to_fragments(facts);
    v_deleted := v_deleted || jsonb_build_object(
        'fragments', exograph_private.delete_gone('fragments', 'id', 'gone_fragments'));
    v_deleted := v_deleted || jsonb_build_object(
        'file_paths', exograph_private.delete_gone('file_paths', 'file_id', 'gone_files'));
    FOREACH v_table IN ARRAY '{terms,files,package_versions,packages}'::text[] LOOP
        v_deleted := v_deleted || jsonb_build_object(v_table, exograph_private.delete_gone(v_table, 'id', 'gone_' || v_table));
    END LOOP;

    PERFORM set_config('session_replication_role', v_role, true) WHERE current_setting('session_replication_role') <> v_role;
    RETURN QUERY
        SELECT d.key, d.value::bigint
        FROM jsonb_each_text(v_deleted) d
        WHERE d.value <> '0'
        ORDER BY exograph_private.table_position(d.key);
END
$$;

-- Deletes the rows of an index table whose column holds a noted id, and returns how many. condition: of rows t. Ids of one load
-- follow each other: within their range there is little to read, be it by a plan that looks for each id or by one that does not.
CREATE OR REPLACE FUNCTION exograph_private.delete_gone(
    table_name text, column_name text, gone text, condition text DEFAULT 'true'
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_match   text := exograph_private.gone_match(column_name, gone);
    v_deleted bigint;
BEGIN
    IF v_match IS NULL THEN
        RETURN 0;
    END IF;
    EXECUTE format('DELETE FROM exograph.%I t USING exograph_private.%I g WHERE %s AND %s', table_name, gone, v_match, condition);
    GET DIAGNOSTICS v_deleted = ROW_COUNT;
    RETURN v_deleted;
END
$$;

-- Text of the condition that a column of a row t holds the noted id g. NULL where none is noted.
CREATE OR REPLACE FUNCTION exograph_private.gone_match(column_name text, gone text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_first bigint;
    v_last  bigint;
BEGIN
    EXECUTE format('SELECT min(g.id), max(g.id) FROM exograph_private.%I g', gone) INTO v_first, v_last;
    RETURN CASE WHEN v_first IS NOT NULL
                THEN format('t.%I = g.id AND t.%1$I BETWEEN %s AND %s', column_name, v_first, v_last) END;
END
$$;

-- Deletes the calls of files, from and to nodes, and of versions, that go. Returns how many.
CREATE OR REPLACE FUNCTION exograph_private.remove_calls(facts text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_deleted bigint := exograph_private.delete_gone('call_edges', 'file_id', 'gone_files', facts);
    v_end     text;
    v_match   text;
    v_more    bigint;
BEGIN
    FOREACH v_end IN ARRAY '{caller_node_id,callee_node_id}'::text[] LOOP
        v_match := exograph_private.gone_match(v_end, 'gone_graph_nodes');
        CONTINUE WHEN v_match IS NULL;
        -- Calls of files that stay.
        EXECUTE format(
            'WITH deleted AS (
                 DELETE FROM exograph.call_edges t USING exograph_private.gone_graph_nodes g WHERE %s AND %s
                 RETURNING t.file_id
             ), voided AS (
                 UPDATE exograph.complete_facts c
                 SET tables = array_remove(c.tables, ''call_edges'')
                 WHERE c.file_id IN (SELECT d.file_id FROM deleted d) AND c.tables @> ''{call_edges}''
             )
             SELECT count(*) FROM deleted', v_match, facts)
        INTO v_more;
        v_deleted := v_deleted + v_more;
    END LOOP;
    RETURN v_deleted
        + exograph_private.delete_gone('call_edges', 'package_version_id', 'gone_package_versions',
                                       't.file_id IS NULL AND ' || facts);
END
$$;

-- Deletes the sets of terms of the noted fragments. Returns of how many pairs they were.
CREATE OR REPLACE FUNCTION exograph_private.remove_term_sets(gone text DEFAULT 'gone_fragments', facts text DEFAULT 'true')
RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_match   text := exograph_private.gone_match('fragment_id', gone);
    v_deleted bigint;
BEGIN
    IF v_match IS NULL THEN
        RETURN 0;
    END IF;
    EXECUTE format(
        'WITH deleted AS (
             DELETE FROM exograph.fragment_term_sets t USING exograph_private.%I g WHERE %s AND %s
             RETURNING cardinality(t.term_ids) AS pairs
         )
         SELECT coalesce(sum(d.pairs), 0) FROM deleted d', gone, v_match, facts)
    INTO v_deleted;
    RETURN v_deleted;
END
$$;

-- Takes back what was declared complete of the files that stay and whose fragments or nodes go.
CREATE OR REPLACE PROCEDURE exograph_private.void_gone_declarations()
LANGUAGE plpgsql SECURITY INVOKER SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM exograph.complete_facts) THEN
        RETURN;
    END IF;
    UPDATE exograph.complete_facts c
    SET tables = array_remove(array_remove(c.tables, 'fragments'), 'fragment_terms')
    WHERE c.tables && '{fragments,fragment_terms}' AND c.file_id IN (
        SELECT f.file_id FROM exograph_private.gone_fragments g JOIN exograph.fragments f ON f.id = g.id);
    UPDATE exograph.complete_facts c
    SET tables = array_remove(c.tables, 'graph_nodes')
    WHERE c.tables @> '{graph_nodes}' AND c.file_id IN (
        SELECT n.file_id FROM exograph_private.gone_graph_nodes g JOIN exograph.graph_nodes n ON n.id = g.id);
END
$$;

-- Sets references to fragments that go to NULL, of whatever stays.
CREATE OR REPLACE PROCEDURE exograph_private.clear_references_to_fragments(facts text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_column exograph.staging_columns;
    v_match  text;
BEGIN
    FOR v_column IN
        SELECT * FROM exograph.staging_columns c
        WHERE c.refers_to = 'fragments' AND NOT c.required
        ORDER BY c.table_position
    LOOP
        v_match := exograph_private.gone_match(v_column.column_name, 'gone_fragments');
        EXIT WHEN v_match IS NULL;
        EXECUTE format('UPDATE exograph.%I t SET %I = NULL FROM exograph_private.gone_fragments g WHERE %s AND %s',
                       v_column.table_name, v_column.column_name, v_match,
                       CASE v_column.kind WHEN 'fact' THEN facts ELSE 'true' END);
    END LOOP;
END
$$;

-- Whether the foreign keys need not look for each deleted row: remove_gone has deleted or cleared all that refers to it by then.
-- It takes a right that only a superuser gives (GRANT SET ON PARAMETER session_replication_role TO exograph_owner), and that
-- nobody else has hung a foreign key, a trigger or a rule on the index tables.
CREATE OR REPLACE FUNCTION exograph_private.may_skip_triggers() RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH ours AS (
        SELECT c.oid
        FROM (SELECT t.table_name FROM exograph_private.staging_tables t
              UNION ALL VALUES ('file_paths'), ('complete_facts')) o (name)
        JOIN pg_catalog.pg_class r ON r.relnamespace = 'exograph'::pg_catalog.regnamespace AND r.relname = o.name
            AND r.relkind IN ('r', 'p')
        CROSS JOIN LATERAL (SELECT r.oid UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(r.oid) t) c
    )
    SELECT pg_catalog.has_parameter_privilege('session_replication_role', 'SET')
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                       WHERE k.contype = 'f' AND k.confrelid IN (SELECT o.oid FROM ours o)
                           AND k.conrelid NOT IN (SELECT o.oid FROM ours o))
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger g
                       JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid
                       WHERE g.tgrelid IN (SELECT o.oid FROM ours o) AND NOT g.tgisinternal
                           AND p.pronamespace <> 'exograph'::pg_catalog.regnamespace)
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite w WHERE w.ev_class IN (SELECT o.oid FROM ours o))
$$;
