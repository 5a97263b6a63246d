-- Building an index by sort costs less than maintaining it, and checking a foreign key by one join less than by a trigger per
-- row: 30,000 fragments took 0.5 s instead of 2.3. Dropping them locks readers out, so this is for an index that holds
-- nothing to read: none of the dimensions but terms has a row, and nobody is looking at one (NOWAIT).
CREATE OR REPLACE FUNCTION exograph.shed_indexes() RETURNS boolean
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
    CREATE UNLOGGED TABLE shed AS
    SELECT d.*
    FROM exograph.sheddable_indexes d
    -- Terms that were resolved early stand already.
    WHERE d.is_rebuildable AND (d.table_name <> 'terms' OR v_no_terms);
    FOR v_index IN SELECT s.position, s.removal FROM shed s ORDER BY s.position DESC LOOP
        BEGIN
            EXECUTE v_index.removal;
        EXCEPTION WHEN dependent_objects_still_exist THEN
            -- A foreign key or a view of the database's own hangs on it.
            DELETE FROM shed s WHERE s.position = v_index.position;
        END;
    END LOOP;
    RETURN true;
END
$$;

ALTER FUNCTION exograph.shed_indexes() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.shed_indexes() IS
    'Takes indexes and foreign keys from the large dimensions of an index that holds nothing yet, and notes how to make them '
    'again; those that it could not make, and those that something else hangs on, stay. False, and nothing done, where it holds '
    'something, the load is small, or somebody is reading, which a NOTICE tells.';
REVOKE ALL ON FUNCTION exograph.shed_indexes() FROM PUBLIC;
