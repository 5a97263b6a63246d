-- What the constraints refuse is refused where the fact stands, too: it is not looked up, and the INSERT says why.
CREATE OR REPLACE FUNCTION exograph.insert_call_edge() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_valid    boolean := num_nulls(NEW.caller_qualified_name, NEW.callee_qualified_name) = 0
        AND greatest(octet_length(NEW.caller_qualified_name), octet_length(NEW.callee_qualified_name)) <= 2000;
    v_standing exograph.call_edges;
BEGIN
    CALL exograph.put_versions_of_call(NEW);
    SELECT f.file_id, f.package_version_id, f.package_id INTO NEW.file_id, NEW.package_version_id, NEW.package_id
    FROM exograph.resolve_file(NEW.file_id, NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package, NEW.version,
                               NEW.file_sha256) f;
    NEW.call_site_fragment_id :=
        exograph.resolve_fragment(NEW.call_site_fragment_id, NEW.call_site_content_hash, NEW.file_id);
    SELECT n.caller_node_id, n.callee_node_id INTO NEW.caller_node_id, NEW.callee_node_id
    FROM exograph.resolve_nodes_of_call(NEW) n;
    LOOP
        IF v_valid THEN
            v_standing := exograph.find_call_edge(NEW.caller_node_id, NEW.callee_node_id, NEW.line, NEW.col);
        END IF;
        EXIT WHEN v_standing.caller_node_id IS NOT NULL;

        INSERT INTO exograph.call_edges AS d (package_id, package_version_id, file_id, caller_node_id, callee_node_id,
                                              call_site_fragment_id, caller_qualified_name, callee_qualified_name, line, col,
                                              metadata)
        VALUES (NEW.package_id, NEW.package_version_id, NEW.file_id, NEW.caller_node_id, NEW.callee_node_id,
                NEW.call_site_fragment_id, NEW.caller_qualified_name, NEW.callee_qualified_name, NEW.line, NEW.col,
                coalesce(NEW.metadata, '{}'))
        ON CONFLICT (caller_node_id, callee_node_id, line, col, load_id) DO NOTHING
        RETURNING d.* INTO v_standing;
        EXIT WHEN FOUND;
        v_valid := true;
    END LOOP;
    SELECT v_standing.package_id, v_standing.package_version_id, v_standing.file_id, v_standing.call_site_fragment_id,
           v_standing.caller_qualified_name, v_standing.callee_qualified_name, v_standing.metadata
    INTO NEW.package_id, NEW.package_version_id, NEW.file_id, NEW.call_site_fragment_id,
         NEW.caller_qualified_name, NEW.callee_qualified_name, NEW.metadata;
    RETURN NEW;
END
$$;

ALTER FUNCTION exograph.insert_call_edge() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.insert_call_edge() IS
    'Trigger of exograph_in.call_edges: inserts a fact, unless it stands in any partition; makes packages, versions and '
    'nodes, not files and fragments. Errors: 23503, XG010, and those of the tables'' constraints.';
REVOKE ALL ON FUNCTION exograph.insert_call_edge() FROM PUBLIC;
