CREATE OR REPLACE FUNCTION dup_select.column_sources(target regclass, given text[])
RETURNS TABLE (attnum smallint, column_name text, generated boolean, source pg_node_tree)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT a.attnum, a.attname::text, a.attgenerated <> '',
           CASE
               WHEN a.attname = ANY (given) OR EXISTS (
                       SELECT
                       FROM pg_depend d
                       JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
                       WHERE d.classid = 'pg_attrdef'::regclass AND d.objid = e.oid AND d.refclassid = 'pg_class'::regclass)
                   THEN NULL
               ELSE coalesce(e.adbin, t.typdefaultbin)
           END
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
    WHERE a.attrelid = target AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum;
END
$$;

ALTER FUNCTION dup_select.column_sources(regclass, text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.column_sources(regclass, text[]) IS
    'All columns of a table, in its order, each with the expression that fills it where it is not given: its default or '
    'what it is generated from. NULL where that draws a number from a sequence, which cannot be repeated.';
REVOKE ALL ON FUNCTION dup_select.column_sources(regclass, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.column_sources(regclass, text[]) TO PUBLIC;
