SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- The call graph is walked level by level, each node once, whatever circles there are: a recursive query would meet a node again
-- on every level on which it can be reached. Statements are planned for the nodes at hand.

CREATE OR REPLACE FUNCTION exograph_find.nodes_named(name text, package text, version text, ecosystem text) RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN ARRAY(
        SELECT n.id
        FROM exograph.graph_nodes n
        LEFT JOIN exograph.package_versions v ON v.id = n.package_version_id
        LEFT JOIN exograph.packages p ON p.id = v.package_id
        WHERE (n.qualified_name LIKE exograph_find.name_pattern($1)
               OR exograph_find.name_tail($1) IS NOT NULL
                  AND n.qualified_name = ANY (ARRAY(SELECT a FROM exograph_find.defined_names($1) AS a)))
            AND ($2 IS NULL OR p.name = $2)
            AND ($3 IS NULL OR v.version = $3)
            AND ($4 IS NULL OR p.ecosystem = $4));
END
$$;

COMMENT ON FUNCTION exograph_find.nodes_named(text, text, text, text) IS
'For questions: the ids of the nodes of the call graph that have a name as it is asked for in references_to, of that package and
version.';

-- A call that leaves its package ends at a node of kind external, one of a name and package, as no edge names a node of another
-- package. By the name of that node, within an engine, the walk goes on.
CREATE OR REPLACE FUNCTION exograph_find.with_namesakes(nodes bigint[], towards text) RETURNS bigint[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    RETURN ARRAY(
        SELECT unnest(nodes)
        UNION
        SELECT o.id
        FROM unnest(nodes) AS m (id)
        JOIN exograph.graph_nodes n ON n.id = m.id
        JOIN exograph.graph_nodes o ON o.qualified_name = n.qualified_name AND o.engine = n.engine
        WHERE CASE towards WHEN 'callers' THEN n.kind <> 'external' AND o.kind = 'external'
                           ELSE n.kind = 'external' AND o.kind <> 'external' END);
END
$$;

COMMENT ON FUNCTION exograph_find.with_namesakes(bigint[], text) IS
'For questions: nodes of the call graph, with the external ones of other packages that mean them (towards callers), or with those
that external ones among them mean (towards callees).';

CREATE OR REPLACE FUNCTION exograph_find.walk_calls(
    towards text, name text, depth integer, of_package text, of_version text, of_ecosystem text, after text,
    page integer
)
RETURNS TABLE (
    level integer, ecosystem text, package text, version text, path text, line integer, col integer, caller text, callee text,
    metadata jsonb, file_id bigint, caller_node_id bigint, callee_node_id bigint, call_site_fragment_id bigint,
    step text
)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY INVOKER ROWS 100
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    v_depth   integer := exograph_find.at_least_one('depth', depth);
    v_after   exograph_find.step := after::exograph_find.step;
    v_left    integer := exograph_find.at_least_one('page', page);
    v_level   integer := 0;
    v_nodes   bigint[] := exograph_find.with_namesakes(
        exograph_find.nodes_named(name, of_package, of_version, of_ecosystem), towards);
    v_reached bigint[] := v_nodes;
    v_rows    integer;
BEGIN
    WHILE v_nodes <> '{}' LOOP
        v_level := v_level + 1;
        IF after IS NULL OR v_after.level <= v_level THEN
            RETURN QUERY
                SELECT v_level, p.ecosystem, p.name, v.version, f.path, e.line, e.col, e.caller_qualified_name,
                       e.callee_qualified_name, e.metadata, e.file_id, e.caller_node_id, e.callee_node_id,
                       e.call_site_fragment_id, k.step::text
                FROM unnest(v_nodes) AS n (id)
                JOIN exograph.call_edges e
                    ON towards = 'callers' AND e.callee_node_id = n.id OR towards = 'callees' AND e.caller_node_id = n.id
                CROSS JOIN LATERAL (
                    SELECT ROW(v_level,
                               CASE towards WHEN 'callers' THEN e.callee_qualified_name ELSE e.caller_qualified_name END,
                               CASE towards WHEN 'callers' THEN e.caller_qualified_name ELSE e.callee_qualified_name END,
                               e.caller_node_id, e.callee_node_id, coalesce(e.line, -1), coalesce(e.col, -1))::exograph_find.step
                ) AS k (step)
                LEFT JOIN exograph.files f ON f.id = e.file_id
                LEFT JOIN exograph.package_versions v ON v.id = e.package_version_id
                LEFT JOIN exograph.packages p ON p.id = v.package_id
                WHERE after IS NULL OR k.step > v_after
                ORDER BY k.step
                LIMIT v_left;
            GET DIAGNOSTICS v_rows = ROW_COUNT;
            v_left := v_left - v_rows;
        END IF;
        EXIT WHEN v_level >= v_depth OR v_left <= 0;
        v_nodes := ARRAY(
            SELECT CASE towards WHEN 'callers' THEN e.caller_node_id ELSE e.callee_node_id END
            FROM unnest(v_nodes) AS n (id)
            JOIN exograph.call_edges e
                ON towards = 'callers' AND e.callee_node_id = n.id OR towards = 'callees' AND e.caller_node_id = n.id
            EXCEPT
            SELECT unnest(v_reached));
        v_nodes := ARRAY(SELECT unnest(exograph_find.with_namesakes(v_nodes, towards)) EXCEPT SELECT unnest(v_reached));
        v_reached := v_reached || v_nodes;
    END LOOP;
END
$$;

COMMENT ON FUNCTION exograph_find.walk_calls(text, text, integer, text, text, text, text, integer) IS
    'For questions: what callers and callees have in common: towards says which.';

CREATE OR REPLACE FUNCTION exograph_find.callers(
    name text, depth integer DEFAULT 1, package text DEFAULT NULL, version text DEFAULT NULL, ecosystem text DEFAULT NULL,
    after text DEFAULT NULL, page integer DEFAULT NULL
)
RETURNS TABLE (
    level integer, ecosystem text, package text, version text, path text, line integer, col integer, caller text, callee text,
    metadata jsonb, file_id bigint, caller_node_id bigint, callee_node_id bigint, call_site_fragment_id bigint,
    step text
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT * FROM exograph_find.walk_calls('callers', $1, $2, $3, $4, $5, $6, $7)
$$;

COMMENT ON FUNCTION exograph_find.callers(text, integer, text, text, text, text, integer) IS
'Who calls a name (level 1), who calls those (level 2), and so on to a depth, or with depth => NULL as far as it goes; a call is
told once, on the first level on which it is met, and circles end. The name is as in references_to. package, version and
ecosystem say which nodes of that name are meant; callers may be anywhere, and path, package and version are those of the call.
A call of another package leads to a node of kind external there: whatever has its name and engine is meant by it.
By step; after => step of the last row goes on there, for page rows. Cost: the nodes of that name, and for each node that is
reached its name and its calls, by index, the latter in every partition; a page ends the walk on its last level. Errors: XG008,
depth or page is less than 1.';

CREATE OR REPLACE FUNCTION exograph_find.callees(
    name text, depth integer DEFAULT 1, package text DEFAULT NULL, version text DEFAULT NULL, ecosystem text DEFAULT NULL,
    after text DEFAULT NULL, page integer DEFAULT NULL
)
RETURNS TABLE (
    level integer, ecosystem text, package text, version text, path text, line integer, col integer, caller text, callee text,
    metadata jsonb, file_id bigint, caller_node_id bigint, callee_node_id bigint, call_site_fragment_id bigint,
    step text
)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT * FROM exograph_find.walk_calls('callees', $1, $2, $3, $4, $5, $6, $7)
$$;

COMMENT ON FUNCTION exograph_find.callees(text, integer, text, text, text, text, integer) IS
'What a name calls (level 1), what is called by that (level 2), and so on: callers the other way round, with the same arguments,
answers, cost and errors.';
