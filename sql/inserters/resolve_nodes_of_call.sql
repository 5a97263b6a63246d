CREATE OR REPLACE FUNCTION exograph.resolve_nodes_of_call(
    IN call exograph_in.call_edges, OUT caller_node_id bigint, OUT callee_node_id bigint
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_caller exograph.graph_nodes;
    v_callee exograph.graph_nodes;
BEGIN
    IF num_nonnulls(call.caller_node_id, call.callee_node_id) > 0 THEN
        CALL exograph.hold_nodes(call.caller_node_id, call.callee_node_id);
    END IF;
    IF num_nonnulls(call.caller_node_id, call.callee_node_id) = 2
        AND num_nonnulls(call.caller_ecosystem, call.caller_package, call.caller_version, call.caller_file_sha256,
                         call.caller_engine, call.caller_kind, call.caller_external_id, call.caller_line, call.caller_col,
                         call.callee_ecosystem, call.callee_package, call.callee_version, call.callee_file_sha256,
                         call.callee_engine, call.callee_kind, call.callee_external_id, call.callee_line, call.callee_col) = 0
    THEN
        caller_node_id := call.caller_node_id;
        callee_node_id := call.callee_node_id;
        RETURN;
    END IF;
    IF call.caller_node_id IS NOT NULL THEN
        CALL exograph.check_node('caller_node_id', call.caller_node_id, call.caller_ecosystem, call.caller_package,
                                 call.caller_version, call.caller_file_sha256, call.caller_engine, call.caller_kind,
                                 call.caller_external_id, call.caller_line, call.caller_col);
    ELSE
        SELECT NULL, f.package_id, f.package_version_id, f.file_id, NULL, call.caller_engine, call.caller_external_id,
               call.caller_kind, NULL, NULL, NULL, call.caller_qualified_name, call.caller_line, call.caller_col, NULL, NULL
        INTO v_caller
        FROM exograph.resolve_file(NULL, NULL, NULL, call.caller_ecosystem, call.caller_package, call.caller_version,
                                   call.caller_file_sha256) f;
    END IF;
    IF call.callee_node_id IS NOT NULL THEN
        CALL exograph.check_node('callee_node_id', call.callee_node_id, call.callee_ecosystem, call.callee_package,
                                 call.callee_version, call.callee_file_sha256, call.callee_engine, call.callee_kind,
                                 call.callee_external_id, call.callee_line, call.callee_col);
    ELSE
        SELECT NULL, f.package_id, f.package_version_id, f.file_id, NULL, call.callee_engine, call.callee_external_id,
               call.callee_kind, NULL, NULL, NULL, call.callee_qualified_name, call.callee_line, call.callee_col, NULL, NULL
        INTO v_callee
        FROM exograph.resolve_file(NULL, NULL, NULL, call.callee_ecosystem, call.callee_package, call.callee_version,
                                   call.callee_file_sha256) f;
    END IF;

    -- In the order of their keys, so that two sessions with calls to and fro do not wait for each other.
    callee_node_id := call.callee_node_id;
    IF callee_node_id IS NULL AND v_caller > v_callee THEN
        callee_node_id := exograph.resolve_node(v_callee);
    END IF;
    caller_node_id := coalesce(call.caller_node_id, exograph.resolve_node(v_caller));
    callee_node_id := coalesce(callee_node_id, exograph.resolve_node(v_callee));
END
$$;

ALTER FUNCTION exograph.resolve_nodes_of_call(exograph_in.call_edges) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.resolve_nodes_of_call(exograph_in.call_edges) IS
    'Ids of the two nodes that a row for exograph_in.call_edges names by id, then the key may be given in part, or by natural '
    'key; they are made if they do not stand. NULL where none is named. Errors: 23503, 40001, XG010, and those of the tables'' '
    'constraints.';
REVOKE ALL ON FUNCTION exograph.resolve_nodes_of_call(exograph_in.call_edges) FROM PUBLIC;
