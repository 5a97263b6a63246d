-- An index made by hand under the name of one that is deferred already stays: one definition may not replace another.
CREATE OR REPLACE PROCEDURE exograph.defer_indexes(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_tables text[];
    v_index  text;
BEGIN
    PERFORM exograph.start_phase(load_id, 'deferring indexes');
    WITH saved AS (
        INSERT INTO exograph.deferred_indexes (index_name, table_name, definition, tablespace, attributes, load_id)
        SELECT i.name, i.table_name, i.definition, i.tablespace, i.attributes, t.load_id
        FROM exograph.sheddable_indexes i
        JOIN exograph.load_tables t ON t.table_name = i.table_name
        WHERE i.is_deferrable AND t.load_id = defer_indexes.load_id AND t.staged > t.rejected
        ON CONFLICT (index_name) DO NOTHING
        RETURNING table_name
    ), told AS (
        UPDATE exograph.load_tables t
        SET reason = format('indexes deferred until rebuild_indexes(): %s', s.count)
        FROM (SELECT table_name, count(*) FROM saved GROUP BY table_name) s
        WHERE t.load_id = defer_indexes.load_id AND t.table_name = s.table_name
        RETURNING t.table_name, t.position
    )
    SELECT array_agg(told.table_name ORDER BY told.position) INTO v_tables FROM told;
    -- The next of several loads finds them gone, and leaves readers alone.
    IF v_tables IS NULL THEN
        RETURN;
    END IF;
    CALL exograph.lock_readers_out(format('load %s', load_id), v_tables, ', or with defer_indexes => false.');
    FOR v_index IN SELECT d.index_name FROM exograph.deferred_indexes d WHERE d.load_id = defer_indexes.load_id LOOP
        EXECUTE format('DROP INDEX exograph.%I', v_index);
    END LOOP;
END
$$;

ALTER PROCEDURE exograph.defer_indexes(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.defer_indexes(integer) IS
    'Drops the query indexes of the large dimensions that the load brings rows for, and saves in exograph.deferred_indexes how '
    'to build them again. Errors: 55P03.';
REVOKE ALL ON PROCEDURE exograph.defer_indexes(integer) FROM PUBLIC;
