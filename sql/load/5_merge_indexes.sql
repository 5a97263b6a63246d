SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

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
