-- qualified_name is a column of the call, too, and need not be that of a node named by id.
CREATE OR REPLACE PROCEDURE exograph.check_node(
    id_name text, id bigint, ecosystem text, package text, version text, file_sha256 bytea, engine text, kind text,
    external_id text, line integer, col integer
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_node   exograph.graph_nodes;
    v_sha256 bytea;
BEGIN
    IF num_nonnulls(ecosystem, package, version, file_sha256, engine, kind, external_id, line, col) = 0 THEN
        RETURN;
    END IF;
    SELECT n.* INTO v_node FROM exograph.graph_nodes n WHERE n.id = check_node.id;
    SELECT f.sha256 INTO v_sha256 FROM exograph.files f WHERE f.id = v_node.file_id;
    CALL exograph.check_version(id_name, id, v_node.package_version_id, NULL, NULL, ecosystem, package, version);
    CALL exograph.check_said(id_name, id, '{file_sha256,engine,kind,external_id,line,col}',
        ARRAY[file_sha256::text, engine, kind, external_id, line::text, col::text],
        ARRAY[v_sha256::text, v_node.engine, v_node.kind, v_node.external_id, v_node.line::text, v_node.col::text]);
END
$$;

ALTER PROCEDURE exograph.check_node OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.check_node(text, bigint, text, text, text, bytea, text, text, text, integer, integer) IS
    'Raises XG010 where what a row says of a node (NULL: nothing) contradicts the node that an id names.';
REVOKE ALL ON PROCEDURE exograph.check_node(text, bigint, text, text, text, bytea, text, text, text, integer, integer)
    FROM PUBLIC;
