-- A call names up to three versions. They are made in the order of their keys, so that two sessions with calls to and fro
-- between the same new packages do not wait for each other.
CREATE OR REPLACE PROCEDURE exograph.put_versions_of_call(call exograph_in.call_edges)
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
        PERFORM exograph.resolve_version(NULL, NULL, v_version.ecosystem, v_version.package, v_version.version);
    END LOOP;
END
$$;

ALTER PROCEDURE exograph.put_versions_of_call(exograph_in.call_edges) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.put_versions_of_call(exograph_in.call_edges) IS
    'Makes the versions that a row for exograph_in.call_edges names by natural key, their package by id or key, in the order of '
    'their keys.';
REVOKE ALL ON PROCEDURE exograph.put_versions_of_call(exograph_in.call_edges) FROM PUBLIC;
