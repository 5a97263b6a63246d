SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Level by level, by names: ids are a shard's own, and a call that leaves its package names what it means.
CREATE OR REPLACE FUNCTION exograph_all.callers(name text, depth integer DEFAULT 1, page integer DEFAULT NULL)
RETURNS TABLE (
    level integer, shard integer, ecosystem text, package text, version text, path text, line integer, col integer, caller text,
    callee text, metadata jsonb
)
LANGUAGE plpgsql STABLE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan SET enable_partitionwise_aggregate = on AS $$
#variable_conflict use_column
DECLARE
    v_depth   integer := exograph_find.at_least_one('depth', depth);
    v_left    integer := exograph_find.at_least_one('page', page);
    v_level   integer := 0;
    v_pattern text    := exograph_find.name_pattern(name); -- on the first level only
    v_names   text[]  := exograph_all.defined_names(name);
    v_reached text[]  := v_names;
    v_first   text    := v_pattern;
    v_rows    integer;
BEGIN
    LOOP
        v_level := v_level + 1;
        RETURN QUERY
            SELECT v_level, e.shard, e.ecosystem, e.package, e.version, e.path, e.line, e.col, e.caller_qualified_name,
                   e.callee_qualified_name, e.metadata
            FROM exograph_all.call_edges e
            WHERE e.callee_qualified_name LIKE v_pattern OR e.callee_qualified_name = ANY (v_names)
            ORDER BY e.callee_qualified_name, e.caller_qualified_name, e.ecosystem, e.package, e.version, e.path, e.line, e.col
            LIMIT v_left;
        GET DIAGNOSTICS v_rows = ROW_COUNT;
        v_left := v_left - v_rows;
        EXIT WHEN v_rows = 0 OR v_level >= v_depth OR v_left <= 0;
        v_names := ARRAY(
            SELECT n.caller
            FROM (
                SELECT e.shard, e.caller_qualified_name AS caller
                FROM exograph_all.call_edges e
                WHERE (e.callee_qualified_name LIKE v_pattern OR e.callee_qualified_name = ANY (v_names))
                    AND e.caller_qualified_name NOT LIKE v_first
                GROUP BY e.shard, e.caller_qualified_name
            ) n
            EXCEPT
            SELECT unnest(v_reached));
        EXIT WHEN v_names = '{}';
        v_reached := v_reached || v_names;
        v_pattern := NULL;
    END LOOP;
END
$$;

COMMENT ON FUNCTION exograph_all.callers(text, integer, integer) IS
'Who calls a name (level 1), who calls those (level 2), and so on to a depth, or with depth => NULL as far as it goes, on all
attached shards; each call once, on the first level on which it is met. The name is as in exograph_all.references_to. The walk
goes by names: what has the name of a caller is taken for that caller, in whatever package. By level, callee, caller and place;
page => n tells the first n. Cost: two queries to each shard at once for a level, by index there. Errors: 08001, a shard cannot
be reached; XG008, depth or page is less than 1.';
