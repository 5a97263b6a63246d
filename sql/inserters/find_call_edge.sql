-- Four statements, as IS NOT DISTINCT FROM uses no index. OFFSET 0 keeps the planner from the index on callee_node_id, which
-- thousands may share; a caller calls less.
CREATE OR REPLACE FUNCTION exograph.find_call_edge(caller_node_id bigint, callee_node_id bigint, line integer, col integer)
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

ALTER FUNCTION exograph.find_call_edge(bigint, bigint, integer, integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.find_call_edge(bigint, bigint, integer, integer) IS
    'The call with this identity in any partition; NULLs are equal in line and col. NULL where none stands.';
REVOKE ALL ON FUNCTION exograph.find_call_edge(bigint, bigint, integer, integer) FROM PUBLIC;
