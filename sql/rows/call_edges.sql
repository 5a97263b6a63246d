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

-- The call with this identity in any partition; NULLs are equal in line and col. NULL where none stands. Four statements, as IS
-- NOT DISTINCT FROM uses no index. OFFSET 0 keeps the planner from the index on callee_node_id, which thousands may share; a
-- caller calls less.
CREATE OR REPLACE FUNCTION exograph_private.find_call_edge(caller_node_id bigint, callee_node_id bigint, line integer, col integer)
RETURNS exograph.call_edges
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_standing exograph.call_edges;
BEGIN
    IF num_nulls(line, col) = 0 THEN
        SELECT d.* INTO v_standing
        FROM (SELECT i.* FROM exograph.call_edges i
              WHERE i.caller_node_id = find_call_edge.caller_node_id AND i.line = find_call_edge.line
                  AND i.col = find_call_edge.col
              OFFSET 0) d
        WHERE d.callee_node_id = find_call_edge.callee_node_id;
    ELSIF line IS NOT NULL THEN
        SELECT d.* INTO v_standing
        FROM (SELECT i.* FROM exograph.call_edges i
              WHERE i.caller_node_id = find_call_edge.caller_node_id AND i.line = find_call_edge.line AND i.col IS NULL
              OFFSET 0) d
        WHERE d.callee_node_id = find_call_edge.callee_node_id;
    ELSIF col IS NOT NULL THEN
        SELECT d.* INTO v_standing
        FROM exograph.call_edges d
        WHERE d.caller_node_id = find_call_edge.caller_node_id AND d.callee_node_id = find_call_edge.callee_node_id
            AND d.line IS NULL AND d.col = find_call_edge.col;
    ELSE
        SELECT d.* INTO v_standing
        FROM exograph.call_edges d
        WHERE d.caller_node_id = find_call_edge.caller_node_id AND d.callee_node_id = find_call_edge.callee_node_id
            AND d.line IS NULL AND d.col IS NULL;
    END IF;
    RETURN v_standing;
END
$$;

-- Ids of the two nodes that a row for exograph_in.call_edges names by id, then the key may be given in part, or by natural key;
-- they are made if they do not stand. NULL where none is named. Errors: 23503, 40001, XG010, and those of the tables'
-- constraints.
CREATE OR REPLACE FUNCTION exograph_private.resolve_nodes_of_call(
    IN call exograph_in.call_edges, OUT caller_node_id bigint, OUT callee_node_id bigint
)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_caller exograph.graph_nodes;
    v_callee exograph.graph_nodes;
BEGIN
    IF num_nonnulls(call.caller_node_id, call.callee_node_id) > 0 THEN
        CALL exograph_private.hold_nodes(call.caller_node_id, call.callee_node_id);
    END IF;
    IF num_nonnulls(call.caller_node_id, call.callee_node_id) = 2
        AND num_nonnulls(call.caller_ecosystem, call.caller_package, call.caller_version, call.caller_file_sha256,
                         call.caller_engine, call.caller_kind, call.caller_external_id, call.caller_line, call.caller_col,
                         call.callee_ecosystem, call.callee_package, call.callee_version, call.callee_file_sha256,
                         call.callee_engine, call.callee_kind, call.callee_external_id, call.callee_line, call.callee_col) = 0
    THEN
        caller_node_id := call.caller_node_id;
        callee_node_id := call.callee_node_id;
        RETURN;
    END IF;
    IF call.caller_node_id IS NOT NULL THEN
        CALL exograph_private.check_node('caller_node_id', call.caller_node_id, call.caller_ecosystem, call.caller_package,
                                 call.caller_version, call.caller_file_sha256, call.caller_engine, call.caller_kind,
                                 call.caller_external_id, call.caller_line, call.caller_col);
    ELSE
        SELECT NULL, f.package_id, f.package_version_id, f.file_id, NULL, call.caller_engine, call.caller_external_id,
               call.caller_kind, NULL, NULL, NULL, call.caller_qualified_name, call.caller_line, call.caller_col, NULL, NULL
        INTO v_caller
        FROM exograph_private.resolve_file(NULL, NULL, NULL, call.caller_ecosystem, call.caller_package, call.caller_version,
                                   call.caller_file_sha256) f;
    END IF;
    IF call.callee_node_id IS NOT NULL THEN
        CALL exograph_private.check_node('callee_node_id', call.callee_node_id, call.callee_ecosystem, call.callee_package,
                                 call.callee_version, call.callee_file_sha256, call.callee_engine, call.callee_kind,
                                 call.callee_external_id, call.callee_line, call.callee_col);
    ELSE
        SELECT NULL, f.package_id, f.package_version_id, f.file_id, NULL, call.callee_engine, call.callee_external_id,
               call.callee_kind, NULL, NULL, NULL, call.callee_qualified_name, call.callee_line, call.callee_col, NULL, NULL
        INTO v_callee
        FROM exograph_private.resolve_file(NULL, NULL, NULL, call.callee_ecosystem, call.callee_package, call.callee_version,
                                   call.callee_file_sha256) f;
    END IF;

    -- In the order of their keys, so that two sessions with calls to and fro do not wait for each other.
    callee_node_id := call.callee_node_id;
    IF callee_node_id IS NULL AND v_caller > v_callee THEN
        callee_node_id := exograph_private.resolve_node(v_callee);
    END IF;
    caller_node_id := coalesce(call.caller_node_id, exograph_private.resolve_node(v_caller));
    callee_node_id := coalesce(callee_node_id, exograph_private.resolve_node(v_callee));
END
$$;

-- Makes the versions that a row for exograph_in.call_edges names by natural key, their package by id or key, in the order of
-- their keys. A call names up to three versions. They are made in the order of their keys, so that two sessions with calls to
-- and fro between the same new packages do not wait for each other.
CREATE OR REPLACE PROCEDURE exograph_private.put_versions_of_call(call exograph_in.call_edges)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_version record;
BEGIN
    IF num_nonnulls(call.version, call.caller_version, call.callee_version) < 2 THEN
        RETURN;
    END IF;
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

-- Trigger of exograph_in.call_edges: inserts a fact, unless it stands in any partition; makes packages, versions and nodes, not
-- files and fragments. Errors: 23503, XG010, and those of the tables' constraints. What the constraints refuse is refused where
-- the fact stands, too: it is not looked up, and the INSERT says why.
CREATE OR REPLACE FUNCTION exograph_private.insert_call_edge() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off AS $$
DECLARE
    v_valid    boolean := num_nulls(NEW.caller_qualified_name, NEW.callee_qualified_name) = 0
        AND greatest(octet_length(NEW.caller_qualified_name), octet_length(NEW.callee_qualified_name)) <= 2000;
    v_standing exograph.call_edges;
BEGIN
    CALL exograph_private.put_versions_of_call(NEW);
    SELECT f.file_id, f.package_version_id, f.package_id INTO NEW.file_id, NEW.package_version_id, NEW.package_id
    FROM exograph_private.resolve_file(NEW.file_id, NEW.package_version_id, NEW.package_id, NEW.ecosystem, NEW.package, NEW.version,
                               NEW.file_sha256) f;
    NEW.call_site_fragment_id :=
        exograph_private.resolve_fragment(NEW.call_site_fragment_id, NEW.call_site_content_hash, NEW.file_id);
    SELECT n.caller_node_id, n.callee_node_id INTO NEW.caller_node_id, NEW.callee_node_id
    FROM exograph_private.resolve_nodes_of_call(NEW) n;
    LOOP
        IF v_valid THEN
            v_standing := exograph_private.find_call_edge(NEW.caller_node_id, NEW.callee_node_id, NEW.line, NEW.col);
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

CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.call_edges
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.enter_gate();
CREATE OR REPLACE TRIGGER insert_call_edge INSTEAD OF INSERT ON exograph_in.call_edges
FOR EACH ROW EXECUTE FUNCTION exograph_private.insert_call_edge();
CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.call_edges
FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.refuse_change();
CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.call_edges
FOR EACH ROW EXECUTE FUNCTION exograph_private.refuse_change();

COMMENT ON VIEW exograph_in.call_edges IS
    'Inserter view of calls. caller and callee are named by id, or by natural key (the columns caller_..., callee_...), and '
    'made if they do not stand; so are their versions. Files and the fragment of the call must stand where they are named. '
    'Nothing is inserted where the fact stands in any partition. RETURNING gives the row that stands; columns that '
    'name parents by key come back as given.';
COMMENT ON COLUMN exograph_in.call_edges.package_id IS 'Names the version in place of ecosystem and package. Comes back.';
COMMENT ON COLUMN exograph_in.call_edges.package_version_id IS 'Names the version in place of its key. Comes back.';
COMMENT ON COLUMN exograph_in.call_edges.file_id IS
    'Names the file in place of its version and file_sha256; may be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.call_edges.caller_node_id IS
    'Names the caller in place of its key; the key may stand beside it, whole or in part. Comes back. Required, or the key.';
COMMENT ON COLUMN exograph_in.call_edges.callee_node_id IS
    'Names the callee in place of its key; the key may stand beside it, whole or in part. Comes back. Required, or the key.';
COMMENT ON COLUMN exograph_in.call_edges.call_site_fragment_id IS
    'Names the fragment of the call in place of call_site_content_hash; may be NULL. Comes back.';
COMMENT ON COLUMN exograph_in.call_edges.ecosystem IS 'Names the version, with package and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.call_edges.package IS 'Names the version, with ecosystem and version. Comes back as given.';
COMMENT ON COLUMN exograph_in.call_edges.version IS
    'Names the version, with ecosystem and package, or package_id. Comes back as given.';
COMMENT ON COLUMN exograph_in.call_edges.file_sha256 IS 'Names the file, with its version; may be NULL. Comes back as given.';
COMMENT ON COLUMN exograph_in.call_edges.call_site_content_hash IS
    'Names the fragment of the call: that of the row''s file or, where it has none such, the only one. Comes back as given.';
COMMENT ON COLUMN exograph_in.call_edges.caller_qualified_name IS
    'Required. Part of the caller''s key, and kept with the call. Comes back.';
COMMENT ON COLUMN exograph_in.call_edges.callee_qualified_name IS
    'Required. Part of the callee''s key, and kept with the call. Comes back.';
COMMENT ON COLUMN exograph_in.call_edges.line IS 'Part of the identity, as given; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.col IS 'Part of the identity, as given; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.metadata IS 'NULL is {}. Comes back.';
COMMENT ON COLUMN exograph_in.call_edges.caller_ecosystem IS
    'Part of the caller''s key, with its package and version; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.caller_package IS
    'Part of the caller''s key, with its ecosystem and version; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.caller_version IS
    'Part of the caller''s key, with its ecosystem and package; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.caller_file_sha256 IS 'Part of the caller''s key, with its version; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.caller_engine IS 'Part of the caller''s key; required with it.';
COMMENT ON COLUMN exograph_in.call_edges.caller_kind IS 'Part of the caller''s key; required with it.';
COMMENT ON COLUMN exograph_in.call_edges.caller_external_id IS 'Part of the caller''s key; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.caller_line IS 'Part of the caller''s key; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.caller_col IS 'Part of the caller''s key; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.callee_ecosystem IS
    'Part of the callee''s key, with its package and version; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.callee_package IS
    'Part of the callee''s key, with its ecosystem and version; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.callee_version IS
    'Part of the callee''s key, with its ecosystem and package; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.callee_file_sha256 IS 'Part of the callee''s key, with its version; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.callee_engine IS 'Part of the callee''s key; required with it.';
COMMENT ON COLUMN exograph_in.call_edges.callee_kind IS 'Part of the callee''s key; required with it.';
COMMENT ON COLUMN exograph_in.call_edges.callee_external_id IS 'Part of the callee''s key; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.callee_line IS 'Part of the callee''s key; may be NULL.';
COMMENT ON COLUMN exograph_in.call_edges.callee_col IS 'Part of the callee''s key; may be NULL.';
