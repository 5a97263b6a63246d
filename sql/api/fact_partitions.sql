SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- The size of a partition opens and locks it: 0.5 s of 1,500. As the one row of an outer join it is left out by the planner where
-- nobody asks for it, which is not so of a function that is volatile.
CREATE OR REPLACE VIEW exograph.fact_partitions AS
SELECT p.relname::text AS table_name, c.relname::text AS partition_name,
       b.bounds[1]::integer AS first_load, b.bounds[2]::integer - 1 AS last_load,
       greatest(c.reltuples, 0)::bigint AS estimated_rows, s.bytes
FROM pg_catalog.pg_inherits i
JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
CROSS JOIN LATERAL (
    SELECT regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM [(]([0-9]+)[)] TO [(]([0-9]+)[)]') AS bounds
) b
LEFT JOIN LATERAL (
    SELECT max(z.bytes) AS bytes FROM (SELECT pg_total_relation_size(c.oid) AS bytes) z
) s ON true
WHERE p.relnamespace = 'exograph'::regnamespace
    AND p.relname IN (SELECT s.table_name FROM exograph.staging_columns s WHERE s.kind IN ('fact', 'set'))
ORDER BY p.relname, b.bounds[1]::integer NULLS FIRST;

COMMENT ON VIEW exograph.fact_partitions IS
    'Partitions of the fact tables with the loads they hold, estimated rows, and size in bytes with indexes. first_load and '
    'last_load are NULL for the shared partition.';
