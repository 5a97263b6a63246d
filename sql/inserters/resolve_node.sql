-- qualified_name alone names no node: it is a column of the call too.
CREATE OR REPLACE FUNCTION exograph.resolve_node(node_id bigint, node exograph.graph_nodes) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_id bigint := node_id;
BEGIN
    IF num_nonnulls(node.package_version_id, node.file_id, node.engine, node.kind, node.external_id, node.line, node.col) > 0
    THEN
        v_id := (exograph.put_graph_node(node)).id;
        IF node_id <> v_id THEN
            CALL exograph.raise_contradiction('the natural key of the caller or callee contradicts its id');
        END IF;
    END IF;
    RETURN v_id;
END
$$;

ALTER FUNCTION exograph.resolve_node(bigint, exograph.graph_nodes) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.resolve_node(bigint, exograph.graph_nodes) IS
    'Id of the node that a call names by id or by natural key; it is made if it does not stand. NULL '
    'where none is named. Errors: XG010, and those of exograph.graph_nodes'' constraints.';
REVOKE ALL ON FUNCTION exograph.resolve_node(bigint, exograph.graph_nodes) FROM PUBLIC;
