SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Without sending every name: what is among the first n has at least as many calls as the n-th of what the shards have most of,
-- summed up; so on one of them at least a share of that. Those that may be are counted everywhere.
CREATE OR REPLACE FUNCTION exograph_all.most_called(
    page integer DEFAULT 10, name text DEFAULT NULL, package text DEFAULT NULL, ecosystem text DEFAULT NULL
)
RETURNS TABLE (callee text, calls bigint, callers bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_page   integer   := exograph_find.at_least_one('page', page);
    v_shards integer[] := exograph_all.shards_of(package, ecosystem);
    v_counts text      := exograph_private.counted_calls(name, package, ecosystem);
    v_least  bigint;
    v_share  bigint;
    v_names  text[];
BEGIN
    SELECT min(f.calls) INTO v_least
    FROM (
        SELECT sum((a.answer ->> 'calls')::bigint) AS calls
        FROM exograph_private.ask_shards(v_shards, format(
            '%s ORDER BY calls DESC, callee LIMIT %L', v_counts, 10 * v_page + 1000)) a
        GROUP BY a.answer ->> 'callee'
        ORDER BY 1 DESC
        LIMIT v_page
    ) f;
    IF v_least IS NULL THEN
        RETURN;
    END IF;
    v_share := ceil(v_least / cardinality(v_shards)::numeric);
    v_names := ARRAY(
        SELECT a.answer ->> 'callee'
        FROM exograph_private.ask_shards(v_shards, format('%s HAVING count(*) >= %s', v_counts, v_share)) a
        GROUP BY a.answer ->> 'callee'
        HAVING sum((a.answer ->> 'calls')::bigint) + (cardinality(v_shards) - count(*)) * (v_share - 1) >= v_least
        ORDER BY sum((a.answer ->> 'calls')::bigint) DESC, (a.answer ->> 'callee') COLLATE "C"
        LIMIT CASE v_share WHEN 1 THEN v_page END); -- then these are all counts that there are
    RETURN QUERY
        SELECT a.answer ->> 'callee', sum((a.answer ->> 'calls')::bigint)::bigint, sum((a.answer ->> 'callers')::bigint)::bigint
        FROM exograph_private.ask_shards(v_shards, exograph_private.counted_calls(name, package, ecosystem, v_names)) a
        GROUP BY a.answer ->> 'callee'
        ORDER BY 2 DESC, (a.answer ->> 'callee') COLLATE "C"
        LIMIT v_page;
END
$$;

COMMENT ON FUNCTION exograph_all.most_called(integer, text, text, text) IS
'The names that are called most on all attached shards, with how many calls and callers they have: the first page of them, by
calls. name (% is any text, as in definitions), package, which is that of the call, and ecosystem narrow it down where they are
not NULL. Cost: three queries to each shard, to all at once; the first two count all calls there, of the package where one is
named. Errors: 08001, a shard cannot be reached; 55000, the package is on a detached shard; XG008, page is less than 1.';

-- Text of the query for a shard: calls by name. With names: of these only, and who calls them.
CREATE OR REPLACE FUNCTION exograph_private.counted_calls(name text, package text, ecosystem text, names text[] DEFAULT NULL)
RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT concat_ws(' ',
        'SELECT e.callee_qualified_name AS callee, count(*) AS calls',
        CASE WHEN names IS NOT NULL THEN ', pg_catalog.count(DISTINCT e.caller_node_id) AS callers' END,
        'FROM exograph.call_edges e WHERE true',
        'AND e.callee_qualified_name LIKE ' || quote_literal(exograph_find.name_pattern(name)),
        'AND e.callee_qualified_name = ANY (' || quote_literal(names) || ')',
        'AND e.package_id IN (SELECT p.id FROM exograph.packages p WHERE '
            || nullif(concat_ws(' AND ', 'p.name = ' || quote_literal(package), 'p.ecosystem = ' || quote_literal(ecosystem)), '')
            || ')',
        'GROUP BY e.callee_qualified_name')
$$;
