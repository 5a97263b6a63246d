SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_find.shortest_path(starts bigint[], ends bigint[], depth integer)
RETURNS TABLE (level integer, caller_node_id bigint, callee_node_id bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    v_depth   integer := exograph_find.at_least_one('depth', depth);
    v_level   integer := 0;
    v_nodes   bigint[] := starts;
    v_reached bigint[] := starts;
    v_callers bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(starts)]); -- by whose call each of them was reached
    v_callees bigint[] := v_callers;                                            -- what that call names: it, or a namesake
    v_caller  bigint;
    v_callee  bigint;
BEGIN
    WHILE v_nodes <> '{}' AND ends <> '{}' LOOP
        v_level := v_level + 1;
        SELECT e.caller_node_id, e.callee_node_id INTO v_caller, v_callee
        FROM unnest(v_nodes) AS n (id)
        JOIN exograph.call_edges e ON e.caller_node_id = n.id
        WHERE e.callee_node_id = ANY (ends)
        ORDER BY e.caller_node_id, e.callee_node_id
        LIMIT 1;
        IF FOUND THEN
            FOR i IN REVERSE v_level .. 1 LOOP
                level := i;
                caller_node_id := v_caller;
                callee_node_id := v_callee;
                RETURN NEXT;
                v_callee := v_callees[array_position(v_reached, v_caller)];
                v_caller := v_callers[array_position(v_reached, v_caller)];
            END LOOP;
            RETURN;
        END IF;
        EXIT WHEN v_level >= v_depth;
        WITH met AS (
            SELECT e.callee_node_id AS callee, min(e.caller_node_id) AS caller
            FROM unnest(v_nodes) AS n (id)
            JOIN exograph.call_edges e ON e.caller_node_id = n.id
            WHERE NOT EXISTS (SELECT FROM unnest(v_reached) AS r (id) WHERE r.id = e.callee_node_id)
            GROUP BY e.callee_node_id
        ), named AS (
            SELECT m.callee AS id, m.* FROM met m
            UNION ALL
            SELECT o.id, m.*
            FROM met m
            JOIN exograph.graph_nodes n ON n.id = m.callee AND n.kind = 'external'
            JOIN exograph.graph_nodes o ON o.qualified_name = n.qualified_name AND o.engine = n.engine AND o.kind <> 'external'
            WHERE NOT EXISTS (SELECT FROM unnest(v_reached) AS r (id) WHERE r.id = o.id)
        )
        SELECT array_agg(n.id), v_callers || array_agg(n.caller), v_callees || array_agg(n.callee)
            INTO v_nodes, v_callers, v_callees
        FROM (SELECT DISTINCT ON (n.id) n.* FROM named n ORDER BY n.id, n.caller, n.callee) n;
        v_reached := v_reached || v_nodes;
    END LOOP;
END
$$;

COMMENT ON FUNCTION exograph_find.shortest_path(bigint[], bigint[], integer) IS
'For questions: the calls of a shortest path that leads from one of some nodes to one of others, in at least one call and at most
depth; a call of an external node goes on from the nodes that it means. No rows where there is none. Errors: XG008, depth is less
than 1.';

CREATE OR REPLACE FUNCTION exograph_find.call_path(
    name text, other text, depth integer DEFAULT 10, package text DEFAULT NULL, version text DEFAULT NULL,
    ecosystem text DEFAULT NULL
)
RETURNS TABLE (
    level integer, ecosystem text, package text, version text, path text, line integer, col integer, caller text, callee text,
    metadata jsonb, file_id bigint, caller_node_id bigint, callee_node_id bigint, call_site_fragment_id bigint
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT c.level, p.ecosystem, p.name, v.version, f.path, e.line, e.col, e.caller_qualified_name,
           e.callee_qualified_name, e.metadata, e.file_id, e.caller_node_id, e.callee_node_id, e.call_site_fragment_id
    FROM exograph_find.shortest_path(
        exograph_find.with_namesakes(exograph_find.nodes_named($1, $4, $5, $6), 'callees'),
        exograph_find.with_namesakes(exograph_find.nodes_named($2, $4, $5, $6), 'callers'), $3) AS c
    CROSS JOIN LATERAL (
        SELECT o.*
        FROM exograph.call_edges o
        WHERE o.caller_node_id = c.caller_node_id AND o.callee_node_id = c.callee_node_id
        ORDER BY o.line, o.col
        LIMIT 1
    ) e
    LEFT JOIN exograph.files f ON f.id = e.file_id
    LEFT JOIN exograph.package_versions v ON v.id = e.package_version_id
    LEFT JOIN exograph.packages p ON p.id = v.package_id
    ORDER BY c.level
$$;

COMMENT ON FUNCTION exograph_find.call_path(text, text, integer, text, text, text) IS
'How a name comes to call another: the calls of a shortest path, in order, of each the first in its file; no rows where none has
at most depth calls (NULL: any number). From a name to itself it is the shortest circle. Names are as in references_to; package,
version and ecosystem say which nodes of both names are meant; the path may lead anywhere, from package to package by name, as
callers do. Of several as short it is always the same one. Cost: the nodes of both names, and the calls of each node that is
reached before the other, by index in every partition. Errors: XG008, depth is less than 1.';
