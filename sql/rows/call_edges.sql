SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE VIEW exograph_in.call_edges WITH (security_invoker = true) AS
SELECT e.package_id, e.package_version_id, e.file_id, e.caller_node_id, e.callee_node_id, e.call_site_fragment_id,
       p.ecosystem, p.name AS package, v.version, f.sha256 AS file_sha256, g.content_hash AS call_site_content_hash,
       e.caller_qualified_name, e.callee_qualified_name, e.line, e.col, e.metadata,
       caller.ecosystem AS caller_ecosystem, caller.package AS caller_package,
       caller.version AS caller_version, caller.file_sha256 AS caller_file_sha256, caller.engine AS caller_engine,
       caller.kind AS caller_kind, caller.external_id AS caller_external_id, caller.line AS caller_line, caller.col AS caller_col,
       callee.ecosystem AS callee_ecosystem, callee.package AS callee_package,
       callee.version AS callee_version, callee.file_sha256 AS callee_file_sha256, callee.engine AS callee_engine,
       callee.kind AS callee_kind, callee.external_id AS callee_external_id, callee.line AS callee_line, callee.col AS callee_col
FROM exograph.call_edges e
JOIN exograph_in.graph_nodes caller ON caller.id = e.caller_node_id
JOIN exograph_in.graph_nodes callee ON callee.id = e.callee_node_id
LEFT JOIN exograph.package_versions v ON v.id = e.package_version_id
LEFT JOIN exograph.packages p ON p.id = v.package_id
LEFT JOIN exograph.files f ON f.id = e.file_id
LEFT JOIN exograph.fragments g ON g.id = e.call_site_fragment_id;

COMMENT ON VIEW exograph_in.call_edges IS
    'Inserter view of calls. caller and callee are named by id, or by natural key (the columns caller_..., callee_...), and '
    'made if they do not exist; so are their versions. Files and the fragment of the call must exist where they are named. '
    'Nothing is inserted where the fact exists in any partition. RETURNING gives the existing row; columns that name parents '
    'by key come back as given.';

CREATE OR REPLACE FUNCTION exograph_private.insert_call_edge() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_valid    boolean := num_nulls(NEW.caller_qualified_name, NEW.callee_qualified_name) = 0
        AND greatest(octet_length(NEW.caller_qualified_name), octet_length(NEW.callee_qualified_name)) <= 2000;
    v_existing exograph.call_edges;
BEGIN
    IF num_nonnulls(NEW.version, NEW.caller_version, NEW.callee_version) > 1 THEN
        CALL exograph_private.put_versions_of_call(NEW);
    END IF;
    SELECT f.file_id, f.package_version_id, f.package_id INTO NEW.file_id, NEW.package_version_id, NEW.package_id
    FROM exograph_private.resolve_file(NEW.file_id, NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package,
                                       NEW.version, NEW.file_sha256) f;
    NEW.call_site_fragment_id :=
        exograph_private.resolve_fragment(NEW.call_site_fragment_id, NEW.call_site_content_hash, NEW.file_id);
    SELECT n.caller_node_id, n.callee_node_id INTO NEW.caller_node_id, NEW.callee_node_id
    FROM exograph_private.resolve_nodes_of_call(NEW) n;
    LOOP
        IF v_valid THEN
            v_existing := exograph_private.find_call_edge(NEW);
        END IF;
        EXIT WHEN v_existing.caller_node_id IS NOT NULL;

        INSERT INTO exograph.call_edges AS d (package_id, package_version_id, file_id, caller_node_id, callee_node_id,
                                              call_site_fragment_id, caller_qualified_name, callee_qualified_name, line, col,
                                              metadata)
        VALUES (NEW.package_id, NEW.package_version_id, NEW.file_id, NEW.caller_node_id, NEW.callee_node_id,
                NEW.call_site_fragment_id, NEW.caller_qualified_name, NEW.callee_qualified_name, NEW.line, NEW.col,
                exograph_private.printable_metadata('call_edges', NEW.metadata))
        ON CONFLICT (caller_node_id, callee_node_id, line, col, load_id) DO NOTHING
        RETURNING d.* INTO v_existing;
        EXIT WHEN FOUND;
        v_valid := true;
    END LOOP;
    IF v_existing.load_id <> 0
        AND v_existing.load_id::text IS DISTINCT FROM current_setting('exograph.found_call_edges', true)
    THEN
        CALL exograph_private.note_found(v_existing.load_id, 'call_edges');
    END IF;
    IF v_existing.package_version_id IS DISTINCT FROM NEW.package_version_id THEN
        CALL exograph_private.note_version_of_call(NEW.package_version_id);
    END IF;
    SELECT v_existing.package_id, v_existing.package_version_id, v_existing.file_id, v_existing.call_site_fragment_id,
           v_existing.caller_qualified_name, v_existing.callee_qualified_name, v_existing.metadata
    INTO NEW.package_id, NEW.package_version_id, NEW.file_id, NEW.call_site_fragment_id,
         NEW.caller_qualified_name, NEW.callee_qualified_name, NEW.metadata;
    RETURN NEW;
END
$$;

-- The version that a row names and the existing call does not refer to: it might go with the load that brought it.
CREATE OR REPLACE PROCEDURE exograph_private.note_version_of_call(package_version_id bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_load_id integer := (SELECT v.load_id FROM exograph.package_versions v WHERE v.id = note_version_of_call.package_version_id);
BEGIN
    IF v_load_id <> 0 THEN
        CALL exograph_private.note_found(v_load_id, 'package_versions');
    END IF;
END
$$;

-- Makes the versions that the call names by natural key, up to three, in the order of their keys: so two sessions with calls to
-- and fro between the same new packages do not wait for each other.
CREATE OR REPLACE PROCEDURE exograph_private.put_versions_of_call(call exograph_in.call_edges)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_version record;
BEGIN
    FOR v_version IN
        SELECT v.ecosystem, v.package, v.version
        FROM (VALUES (call.caller_node_id, call.caller_ecosystem, call.caller_package, call.caller_version),
                     (call.callee_node_id, call.callee_ecosystem, call.callee_package, call.callee_version),
                     (coalesce(call.file_id, call.package_version_id, call.package_id),
                      call.ecosystem, call.package, call.version)) AS v (id, ecosystem, package, version)
        WHERE v.id IS NULL AND num_nulls(v.ecosystem, v.package, v.version) = 0
        UNION
        SELECT p.ecosystem, p.name, call.version
        FROM exograph.packages p
        WHERE p.id = call.package_id AND num_nonnulls(call.file_id, call.package_version_id) = 0 AND call.version IS NOT NULL
        ORDER BY ecosystem, package, version
    LOOP
        PERFORM exograph_private.resolve_version(NULL, NULL, v_version.ecosystem, v_version.package, v_version.version);
    END LOOP;
END
$$;

-- NULLs are equal in line and col. Four statements, as IS NOT DISTINCT FROM uses no index. OFFSET 0 keeps the planner from the
-- index on callee_node_id, which thousands may share; a caller calls less.
CREATE OR REPLACE FUNCTION exograph_private.find_call_edge(call exograph_in.call_edges) RETURNS exograph.call_edges
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_existing exograph.call_edges;
BEGIN
    IF num_nulls(call.line, call.col) = 0 THEN
        SELECT d.* INTO v_existing
        FROM (SELECT i.* FROM exograph.call_edges i
              WHERE i.caller_node_id = call.caller_node_id AND i.line = call.line AND i.col = call.col
              OFFSET 0) d
        WHERE d.callee_node_id = call.callee_node_id;
    ELSIF call.line IS NOT NULL THEN
        SELECT d.* INTO v_existing
        FROM (SELECT i.* FROM exograph.call_edges i
              WHERE i.caller_node_id = call.caller_node_id AND i.line = call.line AND i.col IS NULL
              OFFSET 0) d
        WHERE d.callee_node_id = call.callee_node_id;
    ELSIF call.col IS NOT NULL THEN
        SELECT d.* INTO v_existing
        FROM exograph.call_edges d
        WHERE d.caller_node_id = call.caller_node_id AND d.callee_node_id = call.callee_node_id
            AND d.line IS NULL AND d.col = call.col;
    ELSE
        SELECT d.* INTO v_existing
        FROM exograph.call_edges d
        WHERE d.caller_node_id = call.caller_node_id AND d.callee_node_id = call.callee_node_id
            AND d.line IS NULL AND d.col IS NULL;
    END IF;
    RETURN v_existing;
END
$$;
