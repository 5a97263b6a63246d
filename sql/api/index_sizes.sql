SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph.index_sizes()
RETURNS TABLE (ecosystem text, package text, table_name text, rows bigint, bytes bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
BEGIN
    RETURN QUERY
        WITH counted AS MATERIALIZED (
            SELECT * FROM exograph_private.package_rows
        ), sizes AS (
            SELECT t.table_name, sum(pg_total_relation_size(c.oid)) AS bytes
            FROM (SELECT DISTINCT c.table_name FROM counted c UNION VALUES ('packages'), ('terms')) t
            JOIN pg_class c ON c.oid = format('exograph.%I', t.table_name)::regclass
                OR c.oid IN (SELECT i.inhrelid FROM pg_inherits i
                             WHERE i.inhparent = format('exograph.%I', t.table_name)::regclass)
            GROUP BY t.table_name
        )
        SELECT p.ecosystem, p.name, c.table_name, c.rows,
               (s.bytes * c.weight / sum(c.weight) OVER (PARTITION BY c.table_name))::bigint
        FROM counted c
        JOIN sizes s ON s.table_name = c.table_name
        LEFT JOIN exograph.packages p ON p.id = c.package_id
        UNION ALL
        SELECT NULL, NULL, s.table_name, greatest(t.reltuples, 0)::bigint, s.bytes::bigint
        FROM sizes s
        JOIN pg_class t ON t.oid = format('exograph.%I', s.table_name)::regclass
        WHERE s.table_name IN ('packages', 'terms')
        ORDER BY 5 DESC, 1, 2, 3;
END
$$;

COMMENT ON FUNCTION exograph.index_sizes() IS
'Rows and bytes of each package in each table, the largest first. Rows are counted. Bytes are those of the table with its indexes
and what is stored outside of it, shared among the packages by the size of their sources, trees, comments and sets of terms, and
elsewhere by rows: a page holds rows of many packages, so that nobody knows them exactly. Where ecosystem and package are NULL, of
files without package, and of packages and terms, which all share (rows as estimated by ANALYZE). Reads all rows, not what is
stored outside of them: 22M take 1.3 s.';
