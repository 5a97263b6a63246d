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

-- Drops the query indexes of the large dimensions that the load brings rows for, and saves in exograph.deferred_indexes how to
-- build them again. Errors: 55P03. An index made by hand under the name of one that is deferred already stays: one definition
-- may not replace another.
CREATE OR REPLACE PROCEDURE exograph_private.defer_indexes(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_tables text[];
    v_index  text;
BEGIN
    CALL exograph_private.start_phase(load.load_id, 'defer indexes');
    INSERT INTO exograph.deferred_indexes (index_name, table_name, definition, tablespace, attributes, load_id)
    SELECT i.name, i.table_name, i.definition, i.tablespace, i.attributes, load.load_id
    FROM exograph_private.droppable_indexes i
    JOIN exograph.load_tables t USING (table_name)
    WHERE i.is_deferrable AND t.load_id = load.load_id AND t.staged > t.rejected
    ON CONFLICT (index_name) DO NOTHING;
    -- The next of several loads finds them gone, and leaves readers alone.
    v_tables := ARRAY(
        SELECT t.table_name
        FROM exograph_private.staging_tables t
        WHERE t.table_name IN (SELECT d.table_name FROM exograph.deferred_indexes d WHERE d.load_id = load.load_id)
        ORDER BY t.table_position);
    IF v_tables = '{}' THEN
        RETURN;
    END IF;
    CALL exograph_private.lock_readers_out(format('load %s', load.load_id), v_tables, ', or with defer_indexes => false.');
    FOR v_index IN SELECT d.index_name FROM exograph.deferred_indexes d WHERE d.load_id = load.load_id LOOP
        EXECUTE format('DROP INDEX exograph.%I', v_index);
    END LOOP;
END
$$;

-- Tells the caller, with the number of its load, how many indexes are missing, where any are.
CREATE OR REPLACE PROCEDURE exograph_private.warn_of_deferred_indexes(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_count bigint := (SELECT count(*) FROM exograph.deferred_indexes);
BEGIN
    IF v_count > 0 THEN
        RAISE NOTICE 'load %: % indexes are deferred until CALL exograph.rebuild_indexes()', load_id, v_count
            USING HINT = 'TABLE exograph.deferred_indexes lists them.';
    END IF;
END
$$;

-- Builds an index of exograph.deferred_indexes, or finds it there, and forgets its definition. Errors: 42710 where something
-- else bears its name, and whatever CREATE INDEX raises.
CREATE OR REPLACE PROCEDURE exograph_private.rebuild_index(index_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_name  text     := format('exograph.%I', index_name);
    v_index regclass := to_regclass(v_name);
    v_saved exograph.deferred_indexes;
BEGIN
    SELECT * INTO v_saved FROM exograph.deferred_indexes d WHERE d.index_name = rebuild_index.index_name;
    IF v_index IS NULL THEN
        RAISE NOTICE 'building %', v_name;
        CALL exograph_private.make_index(v_saved.definition, v_saved.tablespace, v_saved.attributes);
        -- The statistics of an expression went with its index.
        IF EXISTS (SELECT FROM pg_index x WHERE x.indexrelid = v_name::regclass AND x.indexprs IS NOT NULL) THEN
            EXECUTE format('ANALYZE exograph.%I', v_saved.table_name);
        END IF;
    ELSIF NOT EXISTS (SELECT FROM pg_index x
                      WHERE x.indexrelid = v_index AND x.indisvalid AND pg_get_indexdef(x.indexrelid) = v_saved.definition)
    THEN
        RAISE EXCEPTION '% exists, but is not the index that was deferred, or is not valid', v_name
            USING ERRCODE = 'duplicate_object';
    END IF;
    DELETE FROM exograph.deferred_indexes d WHERE d.index_name = rebuild_index.index_name;
END
$$;

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

-- For the first load: takes indexes and foreign keys from the large dimensions and notes how to make them again; those that
-- cannot be made, or that something else hangs on, stay. False, and nothing done, where a dimension other than terms has a row,
-- the load is small, or somebody is reading (NOWAIT), which a NOTICE tells: dropping locks readers out. An index is built faster
-- by sort, and a foreign key checked faster by one join, than row by row: 30,000 fragments took 0.5 s instead of 2.3.
CREATE OR REPLACE FUNCTION exograph_private.drop_indexes() RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_no_terms boolean := NOT EXISTS (SELECT FROM exograph.terms);
    v_index    record;
BEGIN
    IF EXISTS (SELECT FROM exograph.packages) OR EXISTS (SELECT FROM exograph.files)
        OR EXISTS (SELECT FROM exograph.fragments) OR EXISTS (SELECT FROM exograph.graph_nodes)
        OR (SELECT sum(r.staged) FROM staged_rows r WHERE r.table_name IN ('terms', 'fragments', 'graph_nodes')) < 20000
    THEN
        RETURN false;
    END IF;
    BEGIN
        LOCK TABLE exograph.packages, exograph.package_versions, exograph.files, exograph.fragments, exograph.graph_nodes
            IN ACCESS EXCLUSIVE MODE NOWAIT;
        IF v_no_terms THEN
            LOCK TABLE exograph.terms IN ACCESS EXCLUSIVE MODE NOWAIT;
        END IF;
    EXCEPTION WHEN lock_not_available THEN
        RAISE NOTICE 'the indexes of the empty tables are kept and maintained row by row: somebody is reading one of them';
        RETURN false;
    END;
    CREATE UNLOGGED TABLE dropped_indexes AS
    SELECT d.*
    FROM exograph_private.droppable_indexes d
    -- Terms that were resolved early exist already.
    WHERE d.is_rebuildable AND (d.table_name <> 'terms' OR v_no_terms);
    FOR v_index IN SELECT s.position, s.removal FROM dropped_indexes s ORDER BY s.position DESC LOOP
        BEGIN
            EXECUTE v_index.removal;
        EXCEPTION WHEN dependent_objects_still_exist THEN
            -- A foreign key or a view of the database's own hangs on it.
            DELETE FROM dropped_indexes s WHERE s.position = v_index.position;
        END;
    END LOOP;
    RETURN true;
END
$$;

-- Makes again what drop_indexes took away; the foreign keys are validated by it.
CREATE OR REPLACE PROCEDURE exograph_private.build_indexes(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_dropped record;
BEGIN
    FOR v_dropped IN SELECT * FROM dropped_indexes s ORDER BY s.position LOOP
        CALL exograph_private.start_phase(load_id, 'index', v_dropped.table_name);
        CALL exograph_private.make_index(v_dropped.definition, v_dropped.tablespace, v_dropped.attributes);
    END LOOP;
    DROP TABLE dropped_indexes;
END
$$;
