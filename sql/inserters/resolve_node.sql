CREATE OR REPLACE FUNCTION exograph.resolve_node(node exograph.graph_nodes) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    -- qualified_name is a column of the call, too, and names no node alone.
    IF num_nonnulls(node.package_version_id, node.file_id, node.engine, node.kind, node.external_id, node.line, node.col) = 0 THEN
        RETURN NULL;
    END IF;
    RETURN (exograph.put_graph_node(node)).id;
END
$$;

ALTER FUNCTION exograph.resolve_node(exograph.graph_nodes) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.resolve_node(exograph.graph_nodes) IS
    'Id of the node that a call names by natural key; it is made if it does not stand. NULL where none is named. Errors: 40001, '
    'and those of exograph.graph_nodes'' constraints.';
REVOKE ALL ON FUNCTION exograph.resolve_node(exograph.graph_nodes) FROM PUBLIC;
