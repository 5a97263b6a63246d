CREATE OR REPLACE PROCEDURE exograph.note_deferred_indexes(load_id integer)
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

ALTER PROCEDURE exograph.note_deferred_indexes(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.note_deferred_indexes(integer) IS
    'Tells the caller, with the number of its load, how many indexes are missing, where any are.';
REVOKE ALL ON PROCEDURE exograph.note_deferred_indexes(integer) FROM PUBLIC;
