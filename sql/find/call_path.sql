SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_find.shortest_path(starts bigint[], ends bigint[], depth integer) RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    v_depth   integer := exograph_find.at_least_one('depth', depth);
    v_level   integer := 0;
    v_nodes   bigint[] := starts;
    v_reached bigint[] := starts;
    v_from    bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(starts)]); -- from which each of them was reached
    v_callers bigint[];
    v_path    bigint[];
BEGIN
    WHILE v_nodes <> '{}' AND ends <> '{}' LOOP
        v_level := v_level + 1;
        SELECT ARRAY[e.caller_node_id, e.callee_node_id] INTO v_path
        FROM unnest(v_nodes) AS n (id)
        JOIN exograph.call_edges e ON e.caller_node_id = n.id
        WHERE e.callee_node_id = ANY (ends)
        ORDER BY e.caller_node_id, e.callee_node_id
        LIMIT 1;
        IF FOUND THEN
            FOR i IN 2 .. v_level LOOP
                v_path := v_from[array_position(v_reached, v_path[1])] || v_path;
            END LOOP;
            RETURN v_path;
        END IF;
        EXIT WHEN v_level >= v_depth;
        SELECT array_agg(n.callee_node_id), array_agg(n.caller_node_id) INTO v_nodes, v_callers
        FROM (
            SELECT e.callee_node_id, min(e.caller_node_id) AS caller_node_id
            FROM unnest(v_nodes) AS n (id)
            JOIN exograph.call_edges e ON e.caller_node_id = n.id
            WHERE NOT EXISTS (SELECT FROM unnest(v_reached) AS r (id) WHERE r.id = e.callee_node_id)
            GROUP BY e.callee_node_id
        ) n;
        v_reached := v_reached || v_nodes;
        v_from := v_from || v_callers;
    END LOOP;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION exograph_find.shortest_path(bigint[], bigint[], integer) IS
'For questions: the nodes of a shortest path of calls that leads from one of some nodes to one of others, in at least one call
and at most depth. NULL where there is none. Errors: XG008, depth is less than 1.';

CREATE OR REPLACE FUNCTION exograph_find.call_path(
    name text, other text, depth integer DEFAULT 10, package text DEFAULT NULL, version text DEFAULT NULL,
    ecosystem text DEFAULT NULL
)
RETURNS TABLE (
    level integer, ecosystem text, package text, version text, path text, line integer, col integer, caller text, callee text,
    metadata jsonb, file_id bigint, caller_node_id bigint, callee_node_id bigint, call_site_fragment_id bigint
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT c.level::integer, p.ecosystem, p.name, v.version, f.path, e.line, e.col, e.caller_qualified_name,
           e.callee_qualified_name, e.metadata, e.file_id, e.caller_node_id, e.callee_node_id, e.call_site_fragment_id
    FROM exograph_find.shortest_path(exograph_find.nodes_named($1, $4, $5, $6), exograph_find.nodes_named($2, $4, $5, $6), $3)
        AS s (nodes)
    CROSS JOIN LATERAL (
        SELECT n.level, n.node, pg_catalog.lead(n.node) OVER (ORDER BY n.level)
        FROM pg_catalog.unnest(s.nodes) WITH ORDINALITY AS n (node, level)
    ) AS c (level, caller_node_id, callee_node_id)
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
version and ecosystem say which nodes of both names are meant, and the path may lead anywhere. Of several as short it is always
the same one. Cost: the nodes of both names, and the calls of each node that is reached before the other, by index in every
partition. Errors: XG008, depth is less than 1.';
