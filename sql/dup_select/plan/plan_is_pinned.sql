CREATE OR REPLACE FUNCTION dup_select.plan_is_pinned(levels jsonb) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT EXISTS (
        SELECT
        FROM jsonb_array_elements(levels) AS l
        CROSS JOIN LATERAL (
            SELECT d.adbin::text FROM pg_attrdef d WHERE d.adrelid = (l.value ->> 'relation')::oid
            UNION ALL
            SELECT concat(i.indexprs::text, i.indpred::text)
            FROM pg_index i WHERE i.indrelid = (l.value ->> 'relation')::oid AND i.indisunique
        ) AS e (tree)
        WHERE dup_select.plan_leaves_operators_bare(e.tree))
$$;

ALTER FUNCTION dup_select.plan_is_pinned(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_is_pinned(jsonb) IS
    'Whether statements about these tables must run under search_path = pg_catalog, pg_temp, and not under the caller''s.';
REVOKE ALL ON FUNCTION dup_select.plan_is_pinned(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_is_pinned(jsonb) TO PUBLIC;
