SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Taking rows of dimensions out of the index with everything that hangs on them, set by set. The caller has the gate alone, and
-- calls: begin_removing(); remove_gone(spread_gone(the ids it means)); end_removing(). The time is in proportion to what goes:
-- every table is entered by an index, and joined with ids that were counted.

-- The ids of the rows that go, ascending, each once; NULL is none.
CREATE TYPE exograph_private.gone AS (
    packages bigint[], package_versions bigint[], files bigint[], fragments bigint[], graph_nodes bigint[], terms bigint[]
);

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
    CALL exograph_private.begin_removing();
END
$$;

-- From here to end_removing the triggers of the index tables leave to this transaction what they would do for each of its
-- statements. Told by a row that only the owner writes: a setting could be made by whoever may DELETE.
CREATE OR REPLACE PROCEDURE exograph_private.begin_removing()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    UPDATE exograph.gate g SET removing = true;
END
$$;

-- Has the triggers do their work again.
CREATE OR REPLACE PROCEDURE exograph_private.end_removing()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    UPDATE exograph.gate g SET removing = false;
END
$$;

-- Whether rows are being removed by this transaction; of another one nobody sees it.
CREATE OR REPLACE FUNCTION exograph_private.is_removing() RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    RETURN (SELECT g.removing FROM exograph.gate g);
END
$$;

-- Adds to the ids those of what hangs on them, from the top. Nodes without a file are found by their version: among those without
-- a file where there are few, else by the index of packages, which is for the planner to say.
CREATE OR REPLACE FUNCTION exograph_private.spread_gone(gone exograph_private.gone) RETURNS exograph_private.gone
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    gone.package_versions := exograph_private.with_ids(
        gone.package_versions, exograph_private.ids_on('package_versions', 'package_id', gone.packages));
    gone.files := exograph_private.with_ids(
        gone.files, exograph_private.ids_on('files', 'package_version_id', gone.package_versions));
    gone.fragments := exograph_private.with_ids(
        gone.fragments, exograph_private.ids_on('fragments', 'file_id', gone.files));
    gone.graph_nodes := exograph_private.with_ids(
        gone.graph_nodes, exograph_private.ids_on('graph_nodes', 'file_id', gone.files));
    gone.graph_nodes := exograph_private.with_ids(gone.graph_nodes, exograph_private.ids_on(
        'graph_nodes', 'package_version_id', gone.package_versions, 't.file_id IS NULL'));
    RETURN gone;
END
$$;

-- The ids of one or the other.
CREATE OR REPLACE FUNCTION exograph_private.with_ids(ids bigint[], more bigint[]) RETURNS bigint[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
BEGIN
    IF coalesce(ids, '{}') = '{}' OR coalesce(more, '{}') = '{}' THEN
        RETURN coalesce(nullif(ids, '{}'), more);
    END IF;
    RETURN ARRAY(SELECT unnest(ids) UNION SELECT unnest(more) ORDER BY 1);
END
$$;

-- The ids of the rows t of a dimension whose column holds one of these ids. condition: that they fulfil, too.
CREATE OR REPLACE FUNCTION exograph_private.ids_on(table_name text, column_name text, ids bigint[], condition text DEFAULT 'true')
RETURNS bigint[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_match text := exograph_private.gone_match(column_name, ids);
    v_found bigint[];
BEGIN
    IF v_match IS NOT NULL THEN
        EXECUTE format('SELECT array_agg(t.id ORDER BY t.id) FROM exograph.%I t WHERE %s AND %s',
                       table_name, v_match, condition)
        INTO v_found USING ids;
    END IF;
    RETURN v_found;
END
$$;

-- Removes the rows with these ids and what refers to them: facts go, references to fragments of what stays become NULL. Of files
-- that stay and lose rows so, those of that table are no longer declared complete. Of terms only those are named that no set
-- holds, or none that stays: that is for the caller to know. facts: the condition that a fact t may go, for a caller who drops
-- partitions. Returns how many rows went, a line per table that lost any, in the order in which tables depend on each other;
-- terms of fragments are counted as pairs.
CREATE OR REPLACE FUNCTION exograph_private.remove_gone(gone exograph_private.gone, facts text DEFAULT 'true')
RETURNS TABLE (table_name text, deleted bigint)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
#variable_conflict use_column
DECLARE
    v_deleted jsonb := '{}';
    v_table   text;
BEGIN
    PERFORM exograph_private.delete_gone('complete_facts', 'file_id', gone.files);
    FOREACH v_table IN ARRAY '{comments,definitions,symbol_references}'::text[] LOOP
        v_deleted := v_deleted || jsonb_build_object(
            v_table, exograph_private.delete_gone(v_table, 'file_id', gone.files, facts));
    END LOOP;
    v_deleted := v_deleted || jsonb_build_object('call_edges', exograph_private.remove_calls(gone, facts));
    v_deleted := v_deleted || jsonb_build_object('fragment_terms', exograph_private.remove_term_sets(gone.fragments, facts));
    CALL exograph_private.void_gone_declarations(gone);

    v_deleted := v_deleted || jsonb_build_object(
        'graph_nodes', exograph_private.delete_gone('graph_nodes', 'id', gone.graph_nodes));
    CALL exograph_private.clear_references_to_fragments(gone.fragments, facts);
    v_deleted := v_deleted || jsonb_build_object(
        'fragments', exograph_private.delete_gone('fragments', 'id', gone.fragments),
        'file_paths', exograph_private.delete_gone('file_paths', 'file_id', gone.files),
        'terms', exograph_private.delete_gone('terms', 'id', gone.terms));
    v_deleted := v_deleted || jsonb_build_object('files', exograph_private.delete_gone('files', 'id', gone.files));
    v_deleted := v_deleted || jsonb_build_object(
        'package_versions', exograph_private.delete_gone('package_versions', 'id', gone.package_versions));
    v_deleted := v_deleted || jsonb_build_object('packages', exograph_private.delete_gone('packages', 'id', gone.packages));
    RETURN QUERY
        SELECT d.key, d.value::bigint
        FROM jsonb_each_text(v_deleted) d
        WHERE d.value <> '0'
        ORDER BY exograph_private.table_position(d.key);
END
$$;

-- Deletes the rows of an index table whose column holds one of these ids, and returns how many. condition: of rows t.
CREATE OR REPLACE FUNCTION exograph_private.delete_gone(
    table_name text, column_name text, ids bigint[], condition text DEFAULT 'true'
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_match   text := exograph_private.gone_match(column_name, ids);
    v_deleted bigint;
BEGIN
    IF v_match IS NULL THEN
        RETURN 0;
    END IF;
    EXECUTE format('DELETE FROM exograph.%I t WHERE %s AND %s', table_name, v_match, condition)
    USING ids;
    GET DIAGNOSTICS v_deleted = ROW_COUNT;
    RETURN v_deleted;
END
$$;

-- Text of the condition that a column of a row t holds one of these ids, which are the parameter $1 of the statement. NULL where
-- there is none. Ids of one load follow each other: within their range there is little to read, be it by a plan that looks for
-- each id or by one that does not; where none is missing in it, it is all that need be asked. Rows of which these are the ids
-- themselves are as many, which the planner knows of an array: 200,000 terms took 0.3 s instead of 0.9. What estimates an array
-- looks at each element of it, which would be too much for each of many partitions.
CREATE OR REPLACE FUNCTION exograph_private.gone_match(column_name text, ids bigint[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT pg_catalog.format(CASE WHEN last - first + 1 = pg_catalog.cardinality(ids) THEN 't.%I BETWEEN %s AND %s'
                                  WHEN column_name = 'id' THEN 't.%I = ANY ($1)'
                                  ELSE 't.%I BETWEEN %s AND %s AND t.%1$I IN (SELECT unnest($1))' END, column_name, first, last)
    FROM (SELECT ids[1] AS first, ids[pg_catalog.cardinality(ids)] AS last) r
    WHERE first IS NOT NULL
$$;

-- Deletes the calls of files, from and to nodes, and of versions, that go. Returns how many.
CREATE OR REPLACE FUNCTION exograph_private.remove_calls(gone exograph_private.gone, facts text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_deleted bigint := exograph_private.delete_gone('call_edges', 'file_id', gone.files, facts);
    v_end     text;
    v_match   text;
    v_more    bigint;
BEGIN
    FOREACH v_end IN ARRAY '{caller_node_id,callee_node_id}'::text[] LOOP
        v_match := exograph_private.gone_match(v_end, gone.graph_nodes);
        CONTINUE WHEN v_match IS NULL;
        -- Calls of files that stay.
        EXECUTE format(
            'WITH deleted AS (
                 DELETE FROM exograph.call_edges t WHERE %s AND %s
                 RETURNING t.file_id
             ), voided AS (
                 UPDATE exograph.complete_facts c
                 SET tables = array_remove(c.tables, ''call_edges'')
                 WHERE c.file_id IN (SELECT d.file_id FROM deleted d) AND c.tables @> ''{call_edges}''
             )
             SELECT count(*) FROM deleted', v_match, facts)
        INTO v_more USING gone.graph_nodes;
        v_deleted := v_deleted + v_more;
    END LOOP;
    RETURN v_deleted
        + exograph_private.delete_gone('call_edges', 'package_version_id', gone.package_versions,
                                       't.file_id IS NULL AND ' || facts);
END
$$;

-- Deletes the sets of terms of these fragments. Returns of how many pairs they were.
CREATE OR REPLACE FUNCTION exograph_private.remove_term_sets(fragments bigint[], facts text DEFAULT 'true') RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_match   text := exograph_private.gone_match('fragment_id', fragments);
    v_deleted bigint;
BEGIN
    IF v_match IS NULL THEN
        RETURN 0;
    END IF;
    EXECUTE format(
        'WITH deleted AS (
             DELETE FROM exograph.fragment_term_sets t WHERE %s AND %s
             RETURNING cardinality(t.term_ids) AS pairs
         )
         SELECT coalesce(sum(d.pairs), 0) FROM deleted d', v_match, facts)
    INTO v_deleted USING fragments;
    RETURN v_deleted;
END
$$;

-- Takes back what was declared complete of the files that stay and whose fragments or nodes go. Of those that have gone already,
-- void_declarations sees to it.
CREATE OR REPLACE PROCEDURE exograph_private.void_gone_declarations(gone exograph_private.gone)
LANGUAGE plpgsql SECURITY INVOKER SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM exograph.complete_facts) THEN
        RETURN;
    END IF;
    UPDATE exograph.complete_facts c
    SET tables = array_remove(array_remove(c.tables, 'fragments'), 'fragment_terms')
    WHERE c.tables && '{fragments,fragment_terms}' AND c.file_id IN (
        SELECT f.file_id FROM unnest(gone.fragments) AS g (id) JOIN exograph.fragments f ON f.id = g.id);
    UPDATE exograph.complete_facts c
    SET tables = array_remove(c.tables, 'graph_nodes')
    WHERE c.tables @> '{graph_nodes}' AND c.file_id IN (
        SELECT n.file_id FROM unnest(gone.graph_nodes) AS g (id) JOIN exograph.graph_nodes n ON n.id = g.id);
END
$$;

-- Sets references to fragments that go to NULL, of whatever stays.
CREATE OR REPLACE PROCEDURE exograph_private.clear_references_to_fragments(fragments bigint[], facts text)
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
        v_match := exograph_private.gone_match(v_column.column_name, fragments);
        EXIT WHEN v_match IS NULL;
        EXECUTE format('UPDATE exograph.%I t SET %I = NULL WHERE %s AND %s',
                       v_column.table_name, v_column.column_name, v_match,
                       CASE v_column.kind WHEN 'fact' THEN facts ELSE 'true' END)
        USING fragments;
    END LOOP;
END
$$;
