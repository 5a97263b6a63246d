-- A partition reports its own index; that of the partitioned table can be looked up with the rights on it alone. A trigger
-- may have sent the row to a child that inherits; columns that only the child has are not in the row.
CREATE OR REPLACE FUNCTION dup_select.target_index(target regclass, reported regclass) RETURNS regclass
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
    RETURN (
        WITH RECURSIVE indexes (index, indexed) AS (
            SELECT i.indexrelid, i.indrelid FROM pg_index i WHERE i.indexrelid = reported
            UNION
            SELECT i.indexrelid, i.indrelid
            FROM indexes x
            JOIN pg_inherits h ON h.inhrelid = x.index
            JOIN pg_index i ON i.indexrelid = h.inhparent
        ), tables (relation) AS (
            SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = reported
            UNION
            SELECT h.inhparent FROM tables t JOIN pg_inherits h ON h.inhrelid = t.relation
        )
        SELECT coalesce(
            (SELECT x.index FROM indexes x WHERE x.indexed = target),
            (SELECT i.indexrelid
             FROM pg_index i
             WHERE i.indexrelid = reported AND target IN (SELECT t.relation FROM tables t)
                 AND NOT EXISTS (SELECT
                                 FROM pg_attribute c
                                 LEFT JOIN pg_attribute p ON p.attrelid = target AND p.attname = c.attname
                                 WHERE c.attrelid = i.indrelid AND c.attnum > 0 AND NOT c.attisdropped
                                     AND p.attname IS NULL))));
END
$$;

ALTER FUNCTION dup_select.target_index(regclass, regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.target_index(regclass, regclass) IS
    'The index by which to look for the duplicate of a row of the target that a reported index found: the target''s own, or '
    'that of its partition or child. NULL where the error is about another table.';
REVOKE ALL ON FUNCTION dup_select.target_index(regclass, regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.target_index(regclass, regclass) TO PUBLIC;
