-- What the constraints refuse is refused where the key stands, too: it is not looked up, and the INSERT says why.
CREATE OR REPLACE FUNCTION exograph.put_graph_node(node exograph.graph_nodes) RETURNS exograph.graph_nodes
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_key      bytea := exograph.graph_node_digest(node.package_version_id, node.file_id, node.engine, node.kind,
                                                   node.external_id, node.qualified_name, node.line, node.col);
    v_valid    boolean := coalesce(greatest(octet_length(node.module), octet_length(node.name)), 0) <= 2000;
    v_standing exograph.graph_nodes;
BEGIN
    LOOP
        SELECT n.* INTO v_standing
        FROM exograph.graph_nodes n
        WHERE v_valid
            AND exograph.graph_node_digest(n.package_version_id, n.file_id, n.engine, n.kind, n.external_id, n.qualified_name,
                                           n.line, n.col) = v_key
        FOR KEY SHARE;
        EXIT WHEN FOUND;

        INSERT INTO exograph.graph_nodes AS n (package_id, package_version_id, file_id, fragment_id, engine, external_id, kind,
                                               module, name, arity, qualified_name, line, col, metadata)
        VALUES (node.package_id, node.package_version_id, node.file_id, node.fragment_id, node.engine, node.external_id,
                node.kind, node.module, node.name, node.arity, node.qualified_name, node.line, node.col,
                coalesce(node.metadata, '{}'))
        ON CONFLICT (exograph.graph_node_digest(package_version_id, file_id, engine, kind, external_id, qualified_name, line,
                                                col)) DO NOTHING
        RETURNING n.* INTO v_standing;
        EXIT WHEN FOUND;
        v_valid := true;
    END LOOP;
    RETURN v_standing;
END
$$;

ALTER FUNCTION exograph.put_graph_node(exograph.graph_nodes) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.put_graph_node(exograph.graph_nodes) IS
    'The node with this natural key, inserted if it does not stand; nobody deletes it until the transaction ends. Errors: 40001, '
    'and those of exograph.graph_nodes'' constraints.';
REVOKE ALL ON FUNCTION exograph.put_graph_node(exograph.graph_nodes) FROM PUBLIC;
