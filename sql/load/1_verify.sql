SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- The first step of finalize_load.
CREATE OR REPLACE PROCEDURE exograph_private.verify(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.start_phase(load_id, 'verify');
    CALL exograph_private.open_staging(load_id);
END
$$;

-- Puts the staging on the search path, locks it until the transaction ends, and analyzes it. Errors: XG004, 55P03.
CREATE OR REPLACE PROCEDURE exograph_private.open_staging(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.enter_load(load_id);
    CALL exograph_private.lock_staging(load_id);
    CALL exograph_private.note_staged_bytes(load_id);
    CALL exograph_private.analyze_staging();
END
$$;

-- Notes the size of the staging, for which nobody else can ask from here on.
CREATE OR REPLACE PROCEDURE exograph_private.note_staged_bytes(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM setval(exograph_private.staging_sequence(load_id, 'staged_bytes'),
                   greatest(1, exograph_private.staged_bytes(load_id)));
END
$$;

-- Makes sure that the staging is there, and locks it against everybody else. Errors: XG004, 55P03. A COPY still running would
-- add rows behind the counts; one that begins now waits and finds the staging gone. Readers are kept out, too: the tables are
-- renamed or dropped in the end, and a wait is better here than behind the closed gate. While another session indexes the sets,
-- they are locked against writers alone, until lock_sets.
CREATE OR REPLACE PROCEDURE exograph_private.lock_staging(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_schema oid     := to_regnamespace(exograph.staging_schema(load_id));
    v_shared boolean := exograph_private.sets_are_being_indexed();
BEGIN
    CALL exograph_private.require_staging(load_id);
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', (
        SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY c.relname) FROM pg_class c
        WHERE c.relnamespace = v_schema AND c.relkind = 'r' AND NOT (v_shared AND c.relname = 'staged_fragment_term_sets')));
    IF v_shared THEN
        LOCK TABLE staged_fragment_term_sets IN SHARE MODE;
    END IF;
EXCEPTION
    WHEN undefined_table THEN -- dropped while this waited
        CALL exograph_private.require_staging(load_id);
        RAISE;
    WHEN lock_not_available THEN
        CALL exograph_private.raise_staging_in_use(load_id, 'the staging is intact');
END
$$;

-- Statistics on the staging columns that are joined. Without statistics the planner takes a staging table for a few pages, and
-- joins millions of rows by nested loops. A twentieth of the usual sample is enough to tell it that: 0.05 s for 2.2M rows, and
-- 0.13 with a fifth. Of sets that another session indexes they would have to wait: lock_sets makes them.
CREATE OR REPLACE PROCEDURE exograph_private.analyze_staging()
LANGUAGE plpgsql SECURITY INVOKER SET default_statistics_target = 5 AS $$
BEGIN
    ANALYZE staged_packages (id), staged_package_versions (id, package_id), staged_files (id, package_version_id, sha256),
        staged_terms (id), staged_fragments (id, file_id, content_hash), staged_graph_nodes (id, file_id),
        staged_comments (file_id), staged_definitions (file_id), staged_symbol_references (file_id),
        staged_call_edges (caller_node_id, callee_node_id), staged_fragment_terms (fragment_id, term_id);
    IF exograph_private.sets_are_locked() THEN
        CALL exograph_private.analyze_staged_sets();
    END IF;
END
$$;

-- The same of the staged sets of terms.
CREATE OR REPLACE PROCEDURE exograph_private.analyze_staged_sets()
LANGUAGE plpgsql SECURITY INVOKER SET default_statistics_target = 5 AS $$
BEGIN
    ANALYZE staged_fragment_term_sets (fragment_id);
END
$$;
