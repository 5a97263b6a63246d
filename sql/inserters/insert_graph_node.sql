CREATE OR REPLACE FUNCTION exograph.insert_graph_node() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_standing exograph.graph_nodes;
BEGIN
    IF NEW.id IS NOT NULL THEN
        CALL exograph.raise_given_id(NEW.id);
    END IF;
    SELECT f.file_id, f.package_version_id, f.package_id INTO NEW.file_id, NEW.package_version_id, NEW.package_id
    FROM exograph.resolve_file(NEW.file_id, NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package, NEW.version,
                               NEW.file_sha256) f;
    NEW.fragment_id := exograph.resolve_fragment(NEW.fragment_id, NEW.fragment_content_hash, NEW.file_id);
    v_standing := exograph.put_graph_node((
        NULL, NEW.package_id, NEW.package_version_id, NEW.file_id, NEW.fragment_id, NEW.engine, NEW.external_id, NEW.kind,
        NEW.module, NEW.name, NEW.arity, NEW.qualified_name, NEW.line, NEW.col, NEW.metadata, 0)::exograph.graph_nodes);
    SELECT v_standing.id, v_standing.fragment_id, v_standing.module, v_standing.name, v_standing.arity, v_standing.metadata
    INTO NEW.id, NEW.fragment_id, NEW.module, NEW.name, NEW.arity, NEW.metadata;
    RETURN NEW;
END
$$;

ALTER FUNCTION exograph.insert_graph_node() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.insert_graph_node() IS
    'Trigger of exograph_in.graph_nodes: inserts a node, or finds it; makes package and version, not file and fragment. '
    'Errors: 23503, 428C9, XG010, and those of the tables'' constraints.';
REVOKE ALL ON FUNCTION exograph.insert_graph_node() FROM PUBLIC;
