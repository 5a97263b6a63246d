SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_in.graph_nodes WITH (security_invoker = true) AS
SELECT n.id, n.package_id, n.package_version_id, n.file_id, n.fragment_id, p.ecosystem, p.name AS package, v.version,
       f.sha256 AS file_sha256, g.content_hash AS fragment_content_hash, n.engine, n.external_id, n.kind, n.module, n.name,
       n.arity, n.qualified_name, n.line, n.col, n.metadata
FROM exograph.graph_nodes n
LEFT JOIN exograph.package_versions v ON v.id = n.package_version_id
LEFT JOIN exograph.packages p ON p.id = v.package_id
LEFT JOIN exograph.files f ON f.id = n.file_id
LEFT JOIN exograph.fragments g ON g.id = n.fragment_id;

-- The node with this natural key, inserted if it does not stand; nobody deletes it until the transaction ends. Errors: 40001,
-- and those of exograph.graph_nodes' constraints. What the constraints refuse is refused where the key stands, too: it is not
-- looked up, and the INSERT says why.
CREATE OR REPLACE FUNCTION exograph_private.put_graph_node(node exograph.graph_nodes) RETURNS exograph.graph_nodes
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

-- Id of the node that a call names by natural key; it is made if it does not stand. NULL where none is named. Errors: 40001, and
-- those of exograph.graph_nodes' constraints.
CREATE OR REPLACE FUNCTION exograph_private.resolve_node(node exograph.graph_nodes) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    -- qualified_name is a column of the call, too, and names no node alone.
    IF num_nonnulls(node.package_version_id, node.file_id, node.engine, node.kind, node.external_id, node.line, node.col) = 0 THEN
        RETURN NULL;
    END IF;
    RETURN (exograph_private.put_graph_node(node)).id;
END
$$;

-- Trigger of exograph_in.graph_nodes: inserts a node, or finds it; makes package and version, not file and fragment. Errors:
-- 23503, 428C9, XG010, and those of the tables' constraints.
CREATE OR REPLACE FUNCTION exograph_private.insert_graph_node() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_standing exograph.graph_nodes;
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph_private.raise_given_id(NEW.id);
    END IF;
    SELECT f.file_id, f.package_version_id, f.package_id INTO NEW.file_id, NEW.package_version_id, NEW.package_id
    FROM exograph_private.resolve_file(NEW.file_id, NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package, NEW.version,
                               NEW.file_sha256) f;
    NEW.fragment_id := exograph_private.resolve_fragment(NEW.fragment_id, NEW.fragment_content_hash, NEW.file_id);
    v_standing := exograph_private.put_graph_node((
        NULL, NEW.package_id, NEW.package_version_id, NEW.file_id, NEW.fragment_id, NEW.engine, NEW.external_id, NEW.kind,
        NEW.module, NEW.name, NEW.arity, NEW.qualified_name, NEW.line, NEW.col, NEW.metadata, 0)::exograph.graph_nodes);
    SELECT v_standing.id, v_standing.fragment_id, v_standing.module, v_standing.name, v_standing.arity, v_standing.metadata
    INTO NEW.id, NEW.fragment_id, NEW.module, NEW.name, NEW.arity, NEW.metadata;
    RETURN NEW;
END
$$;

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.graph_nodes
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.enter_gate();
CREATE OR REPLACE TRIGGER insert_graph_node INSTEAD OF INSERT ON exograph_in.graph_nodes
FOR EACH ROW EXECUTE FUNCTION exograph_private.insert_graph_node();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.graph_nodes
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.graph_nodes
FOR EACH ROW EXECUTE FUNCTION exograph_private.refuse_change();

COMMENT ON VIEW exograph_in.graph_nodes IS
    'Inserter view of graph nodes; file (by file_id, or version and file_sha256) and fragment (by fragment_id or '
    'fragment_content_hash) must stand where they are named. RETURNING gives the row that stands; columns that '
    'name parents by key come back as given.';
COMMENT ON COLUMN exograph_in.graph_nodes.id IS 'Comes back. The index gives it; never given.';
COMMENT ON COLUMN exograph_in.graph_nodes.package_id IS 'Names the version in place of ecosystem and package. Comes back.';
COMMENT ON COLUMN exograph_in.graph_nodes.package_version_id IS 'Names the version in place of its key. Comes back.';
COMMENT ON COLUMN exograph_in.graph_nodes.file_id IS
    'Names the file in place of its version and file_sha256; may be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.graph_nodes.fragment_id IS
    'Names the fragment in place of fragment_content_hash; may be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.graph_nodes.ecosystem IS 'Names the version, with package and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.graph_nodes.package IS 'Names the version, with ecosystem and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.graph_nodes.version IS
    'Names the version, with ecosystem and package, or package_id. Comes back as given.';
COMMENT ON COLUMN exograph_in.graph_nodes.file_sha256 IS 'Names the file, with its version; may be NULL. Comes back as given.';
COMMENT ON COLUMN exograph_in.graph_nodes.fragment_content_hash IS
    'Names the fragment: that of the row''s file or, where it has none such, the only one. Comes back as given.';
COMMENT ON COLUMN exograph_in.graph_nodes.engine IS 'Required. Part of the key.';
COMMENT ON COLUMN exograph_in.graph_nodes.external_id IS 'Part of the key; may be NULL.';
COMMENT ON COLUMN exograph_in.graph_nodes.kind IS 'Required. Part of the key.';
COMMENT ON COLUMN exograph_in.graph_nodes.module IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.graph_nodes.name IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.graph_nodes.arity IS 'May be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.graph_nodes.qualified_name IS 'Required. Part of the key.';
COMMENT ON COLUMN exograph_in.graph_nodes.line IS 'Part of the key; may be NULL.';
COMMENT ON COLUMN exograph_in.graph_nodes.col IS 'Part of the key; may be NULL.';
COMMENT ON COLUMN exograph_in.graph_nodes.metadata IS 'NULL is {}. Comes back.';
