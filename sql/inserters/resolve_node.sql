-- qualified_name is a column of the call, too: it names no node alone, and need not be that of a node named by id.
CREATE OR REPLACE FUNCTION exograph.resolve_node(node_id bigint, node exograph.graph_nodes) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_named boolean := num_nonnulls(node.package_version_id, node.file_id, node.engine, node.kind, node.external_id, node.line,
                                    node.col) > 0;
BEGIN
    IF node_id IS NULL THEN
        RETURN CASE WHEN v_named THEN (exograph.put_graph_node(node)).id END;
    END IF;
    IF v_named AND NOT EXISTS (
        SELECT
        FROM exograph.graph_nodes n
        WHERE n.id = node_id
            AND (node.package_version_id IS NULL OR n.package_version_id = node.package_version_id)
            AND (node.file_id IS NULL OR n.file_id = node.file_id)
            AND n.engine = coalesce(node.engine, n.engine) AND n.kind = coalesce(node.kind, n.kind)
            AND (node.external_id IS NULL OR n.external_id = node.external_id)
            AND (node.line IS NULL OR n.line = node.line) AND (node.col IS NULL OR n.col = node.col))
    THEN
        CALL exograph.raise_contradiction('the natural key of the caller or callee contradicts its id');
    END IF;
    RETURN node_id;
END
$$;

ALTER FUNCTION exograph.resolve_node(bigint, exograph.graph_nodes) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.resolve_node(bigint, exograph.graph_nodes) IS
    'Id of the node that a call names by id, then the key may be given in part, or by natural key; it is made if it does not '
    'stand. NULL where none is named. Errors: XG010, and those of exograph.graph_nodes'' constraints.';
REVOKE ALL ON FUNCTION exograph.resolve_node(bigint, exograph.graph_nodes) FROM PUBLIC;
