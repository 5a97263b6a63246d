SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Merges the staged dimensions into the index, in the order in which they depend on each other, and makes the maps from numbers
-- to ids that the facts need. prepared: what keeps readers out, and for the first load saves time, is not done.
CREATE OR REPLACE PROCEDURE exograph_private.merge_dimensions(load exograph_private.load, prepared boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_dropped boolean := false;
BEGIN
    IF load.defer_indexes THEN
        CALL exograph_private.defer_indexes(load);
    END IF;
    IF NOT prepared THEN
        v_dropped := exograph_private.drop_indexes();
    END IF;
    CALL exograph_private.merge_packages(load);
    CALL exograph_private.merge_package_versions(load);
    CALL exograph_private.merge_files(load);
    CALL exograph_private.check_answered_files(load.load_id);
    CALL exograph_private.merge_file_paths(load);
    CALL exograph_private.merge_terms(load);
    CALL exograph_private.replace_rows(load);
    CALL exograph_private.merge_fragments(load);
    CALL exograph_private.replace_graph_nodes(load);
    CALL exograph_private.merge_graph_nodes(load);
    CALL exograph_private.end_replacing(load);
    IF v_dropped THEN
        CALL exograph_private.build_indexes(load.load_id);
    END IF;
END
$$;
