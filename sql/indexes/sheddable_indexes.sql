CREATE OR REPLACE VIEW exograph.sheddable_indexes AS
SELECT row_number() OVER (ORDER BY s.kind, t.relname, s.name)::integer AS position,
       t.relname::text AS table_name, s.definition, s.removal
FROM (
    SELECT 'index' AS kind, x.indrelid AS table_oid, i.relname AS name,
           pg_get_indexdef(x.indexrelid) AS definition, format('DROP INDEX %s', x.indexrelid::regclass) AS removal
    FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid
    WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.conrelid = x.indrelid)
    UNION ALL
    SELECT 'key', c.conrelid, c.conname,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)),
           format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname)
    FROM pg_constraint c
    WHERE c.contype IN ('u', 'f')
) s
JOIN pg_class t ON t.oid = s.table_oid
WHERE t.relnamespace = 'exograph'::regnamespace AND t.relname IN ('files', 'terms', 'fragments', 'graph_nodes');

ALTER VIEW exograph.sheddable_indexes OWNER TO exograph_owner;
COMMENT ON VIEW exograph.sheddable_indexes IS
    'Indexes (the primary keys apart) and foreign keys of the large dimensions, in the order in which they can be made, with '
    'the statements that make and remove them.';
GRANT SELECT ON exograph.sheddable_indexes TO exograph_loader, exograph_reader;
