SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- The caller and the callee of a row for exograph_in.call_edges. Beside an id, any part of the key may be given.
CREATE OR REPLACE FUNCTION exograph_private.resolve_nodes_of_call(
    IN call exograph_in.call_edges, OUT caller_node_id bigint, OUT callee_node_id bigint
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_caller exograph_in.graph_nodes;
    v_callee exograph_in.graph_nodes;
BEGIN
    v_caller := exograph_private.node_of_call(
        'caller_node_id', call.caller_node_id, call.caller_ecosystem, call.caller_package, call.caller_version,
        call.caller_file_sha256, call.caller_engine, call.caller_kind, call.caller_external_id, call.caller_qualified_name,
        call.caller_line, call.caller_col);
    v_callee := exograph_private.node_of_call(
        'callee_node_id', call.callee_node_id, call.callee_ecosystem, call.callee_package, call.callee_version,
        call.callee_file_sha256, call.callee_engine, call.callee_kind, call.callee_external_id, call.callee_qualified_name,
        call.callee_line, call.callee_col);

    -- In the order of their keys, so that two sessions with calls to and fro do not wait for each other.
    IF v_caller > v_callee THEN
        callee_node_id := exograph_private.resolve_node(v_callee);
    END IF;
    caller_node_id := exograph_private.resolve_node(v_caller);
    callee_node_id := coalesce(callee_node_id, exograph_private.resolve_node(v_callee));
END
$$;

-- One of the two: its id, whatever else is said of it being checked, or its key, with its version and file resolved.
CREATE OR REPLACE FUNCTION exograph_private.node_of_call(
    id_name text, id bigint, ecosystem text, package text, version text, file_sha256 bytea, engine text, kind text,
    external_id text, qualified_name text, line integer, col integer
) RETURNS exograph_in.graph_nodes
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_node exograph_in.graph_nodes;
BEGIN
    IF id IS NOT NULL THEN
        IF NOT EXISTS (SELECT FROM exograph.graph_nodes n WHERE n.id = node_of_call.id) THEN
            CALL exograph_private.raise_missing_parent('graph_nodes', format('id %s', id));
        END IF;
        v_node.id := id;
        IF num_nonnulls(ecosystem, package, version, file_sha256, engine, kind, external_id, line, col) > 0 THEN
            CALL exograph_private.check_node(id_name, id, ecosystem, package, version, file_sha256, engine, kind, external_id,
                                             line, col);
        END IF;
        RETURN v_node;
    END IF;
    SELECT f.package_id, f.package_version_id, f.file_id INTO v_node.package_id, v_node.package_version_id, v_node.file_id
    FROM exograph_private.resolve_file(NULL, NULL, NULL, ecosystem, package, version, file_sha256) f;
    v_node.engine := engine;
    v_node.external_id := external_id;
    v_node.kind := kind;
    v_node.qualified_name := qualified_name;
    v_node.line := line;
    v_node.col := col;
    RETURN v_node;
END
$$;

CREATE OR REPLACE FUNCTION exograph_private.resolve_node(node exograph_in.graph_nodes) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    -- qualified_name is a column of the call, too, and names no node alone.
    IF node.id IS NOT NULL
        OR num_nonnulls(node.package_version_id, node.file_id, node.engine, node.kind, node.external_id, node.line, node.col) = 0
    THEN
        RETURN node.id;
    END IF;
    RETURN (exograph_private.put_graph_node(node)).id;
END
$$;

-- Refuses what a row says of a node (NULL: nothing) where the one that the id names has it otherwise; not its qualified name,
-- which is a column of the call, too.
CREATE OR REPLACE PROCEDURE exograph_private.check_node(
    id_name text, id bigint, ecosystem text, package text, version text, file_sha256 bytea, engine text, kind text,
    external_id text, line integer, col integer
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_node   exograph.graph_nodes;
    v_sha256 bytea;
BEGIN
    SELECT n.* INTO v_node FROM exograph.graph_nodes n WHERE n.id = check_node.id;
    SELECT f.sha256 INTO v_sha256 FROM exograph.files f WHERE f.id = v_node.file_id;
    CALL exograph_private.check_version(id_name, id, v_node.package_version_id, NULL, NULL, ecosystem, package, version);
    CALL exograph_private.check_said(id_name, id, '{file_sha256,engine,kind,external_id,line,col}',
        ARRAY[file_sha256::text, engine, kind, external_id, line::text, col::text],
        ARRAY[v_sha256::text, v_node.engine, v_node.kind, v_node.external_id, v_node.line::text, v_node.col::text]);
END
$$;
