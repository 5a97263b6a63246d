SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Indexes (the primary keys apart) and foreign keys of the large dimensions, in the order in which they can be made, with the
-- statements that make and remove them. is_rebuildable: exograph_owner can make it again. is_deferrable: that, and it serves
-- queries only. definition holds neither comment nor statistics targets, nor which index CLUSTER goes by and which is the
-- replica identity: attributes does.
CREATE OR REPLACE VIEW exograph_private.droppable_indexes AS
WITH dimensions AS MATERIALIZED (
    SELECT t.oid, t.relname
    FROM pg_class t
    WHERE t.relnamespace = 'exograph'::regnamespace AND t.relname IN ('files', 'terms', 'fragments', 'graph_nodes')
)
SELECT row_number() OVER (ORDER BY s.kind, s.table_name, s.name)::integer AS position,
       s.table_name::text, s.definition, s.removal, s.name::text AS name, s.tablespace::text AS tablespace,
       array_remove(s.attributes, NULL) AS attributes, r.is_rebuildable AND s.serves_queries AS is_deferrable, r.is_rebuildable
FROM (
    SELECT 'index' AS kind, t.relname AS table_name, i.relname AS name,
           pg_get_indexdef(x.indexrelid) AS definition, format('DROP INDEX %s', x.indexrelid::regclass) AS removal,
           p.spcname AS tablespace,
           ARRAY[format('COMMENT ON INDEX %s IS ', x.indexrelid::regclass)
                     || quote_literal(obj_description(x.indexrelid, 'pg_class')),
                 CASE WHEN x.indisclustered THEN format('ALTER TABLE %s CLUSTER ON %I', x.indrelid::regclass, i.relname) END,
                 CASE WHEN x.indisreplident
                     THEN format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', x.indrelid::regclass, i.relname) END]
           || ARRAY(SELECT format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s',
                                  x.indexrelid::regclass, a.attnum, a.attstattarget)
                    FROM pg_attribute a
                    WHERE a.attrelid = x.indexrelid AND a.attstattarget >= 0
                    ORDER BY a.attnum) AS attributes,
           -- Nothing half-built, nothing of an extension.
           x.indisvalid
           AND NOT EXISTS (SELECT FROM pg_depend d
                           WHERE d.classid = 'pg_class'::regclass AND d.objid = x.indexrelid AND d.deptype IN ('e', 'x'))
           AS is_sound,
           NOT x.indisunique AS serves_queries
    FROM dimensions t
    JOIN pg_index x ON x.indrelid = t.oid
    JOIN pg_class i ON i.oid = x.indexrelid
    LEFT JOIN pg_tablespace p ON p.oid = i.reltablespace
    WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid AND c.conrelid = x.indrelid)
    UNION ALL
    SELECT 'key', t.relname, c.conname,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)),
           format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname),
           p.spcname,
           ARRAY[format('COMMENT ON CONSTRAINT %I ON %s IS ', c.conname, c.conrelid::regclass)
                     || quote_literal(obj_description(c.oid, 'pg_constraint'))],
           c.contype = 'u' OR has_table_privilege('exograph_owner', c.confrelid, 'REFERENCES'),
           false
    FROM dimensions t
    JOIN pg_constraint c ON c.conrelid = t.oid
    LEFT JOIN pg_class i ON c.contype = 'u' AND i.oid = c.conindid
    LEFT JOIN pg_tablespace p ON p.oid = i.reltablespace
    WHERE c.contype IN ('u', 'f')
) s
CROSS JOIN LATERAL (
    SELECT s.is_sound AND (s.tablespace IS NULL OR has_tablespace_privilege('exograph_owner', s.tablespace, 'CREATE'))
        AS is_rebuildable
) r;

-- Makes an index or a key as droppable_indexes describes it. tablespace NULL is that of the database. The SET clause ends what
-- set_config does here with the procedure.
CREATE OR REPLACE PROCEDURE exograph_private.make_index(definition text, tablespace text, attributes text[])
LANGUAGE plpgsql SECURITY INVOKER SET default_tablespace = '' AS $$
DECLARE
    v_attribute text;
BEGIN
    PERFORM set_config('default_tablespace', coalesce(tablespace, ''), true);
    EXECUTE definition;
    FOREACH v_attribute IN ARRAY attributes LOOP
        EXECUTE v_attribute;
    END LOOP;
END
$$;
