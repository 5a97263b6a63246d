-- Planned once, and without what only few trees need: a row that stands took 4 ms instead of 2.
CREATE OR REPLACE FUNCTION dup_select.row_is_pinned(target regclass, indexed regclass) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM pg_attrdef d WHERE d.adrelid IN (target, indexed) AND dup_select.plan_leaves_operators_bare(d.adbin::text)
        UNION ALL
        SELECT
        FROM pg_index i
        WHERE i.indrelid IN (target, indexed) AND i.indisunique AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
            AND dup_select.plan_leaves_operators_bare(concat(i.indexprs::text, i.indpred::text)));
END
$$;

ALTER FUNCTION dup_select.row_is_pinned(regclass, regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.row_is_pinned(regclass, regclass) IS
    'Whether rows of a table, or of the partition or child that an index is on, must be looked up under a pinned search_path.';
REVOKE ALL ON FUNCTION dup_select.row_is_pinned(regclass, regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.row_is_pinned(regclass, regclass) TO PUBLIC;
