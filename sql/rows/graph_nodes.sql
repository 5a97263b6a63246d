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

COMMENT ON VIEW exograph_in.graph_nodes IS
    'Inserter view of graph nodes; file (by file_id, or version and file_sha256) and fragment (by fragment_id or '
    'fragment_content_hash) must exist where they are named. RETURNING gives the existing row; columns that name parents by '
    'key come back as given.';

CREATE OR REPLACE FUNCTION exograph_private.insert_graph_node() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_existing exograph.graph_nodes;
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph_private.raise_given_id(NEW.id);
    END IF;
    SELECT f.file_id, f.package_version_id, f.package_id INTO NEW.file_id, NEW.package_version_id, NEW.package_id
    FROM exograph_private.resolve_file(NEW.file_id, NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package,
                                       NEW.version, NEW.file_sha256) f;
    NEW.fragment_id := exograph_private.resolve_fragment(NEW.fragment_id, NEW.fragment_content_hash, NEW.file_id);
    v_existing := exograph_private.put_graph_node(NEW);
    IF v_existing.load_id <> 0
        AND v_existing.load_id::text IS DISTINCT FROM current_setting('exograph.found_graph_nodes', true)
    THEN
        CALL exograph_private.note_found(v_existing.load_id, 'graph_nodes');
    END IF;
    SELECT v_existing.id, v_existing.fragment_id, v_existing.module, v_existing.name, v_existing.arity, v_existing.metadata
    INTO NEW.id, NEW.fragment_id, NEW.module, NEW.name, NEW.arity, NEW.metadata;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION exograph_private.put_graph_node(node exograph_in.graph_nodes) RETURNS exograph.graph_nodes
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_key      bytea := exograph.graph_node_digest(node.package_version_id, node.file_id, node.engine, node.kind,
                                                   node.external_id, node.qualified_name, node.line, node.col);
    v_valid    boolean := coalesce(greatest(octet_length(node.module), octet_length(node.name)), 0) <= 2000;
    v_existing exograph.graph_nodes;
BEGIN
    LOOP
        SELECT n.* INTO v_existing
        FROM exograph.graph_nodes n
        WHERE v_valid
            AND exograph.graph_node_digest(n.package_version_id, n.file_id, n.engine, n.kind, n.external_id, n.qualified_name,
                                           n.line, n.col) = v_key;
        EXIT WHEN FOUND;

        INSERT INTO exograph.graph_nodes AS n (package_id, package_version_id, file_id, fragment_id, engine, external_id, kind,
                                               module, name, arity, qualified_name, line, col, metadata)
        VALUES (node.package_id, node.package_version_id, node.file_id, node.fragment_id, node.engine, node.external_id,
                node.kind, node.module, node.name, node.arity, node.qualified_name, node.line, node.col,
                exograph_private.printable_metadata('graph_nodes', node.metadata))
        ON CONFLICT (exograph.graph_node_digest(package_version_id, file_id, engine, kind, external_id, qualified_name, line,
                                                col)) DO NOTHING
        RETURNING n.* INTO v_existing;
        EXIT WHEN FOUND;
        v_valid := true;
    END LOOP;
    RETURN v_existing;
END
$$;
