CREATE OR REPLACE PROCEDURE exograph.abandon_load(load_id integer DEFAULT NULL)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_load exograph.loads;
BEGIN
    CALL exograph.limit_lock_wait();
    load_id := exograph.find_load(load_id);
    v_load := exograph.lock_load(load_id);
    IF v_load.state = 'abandoned' THEN
        RAISE NOTICE 'load % was abandoned at %', load_id, v_load.ended_at;
        RETURN;
    END IF;
    PERFORM exograph.lock_open_load(load_id);
    BEGIN
        CALL exograph.drop_staging(load_id);
    EXCEPTION WHEN lock_not_available THEN
        RAISE EXCEPTION 'load %: its staging is in use', load_id USING ERRCODE = 'lock_not_available',
            DETAIL = format('A staging table was locked for longer than lock_timeout (%s).', current_setting('lock_timeout')),
            HINT = 'Let the COPY or the query end or cancel it, then call again.';
    END;
    UPDATE exograph.loads l SET state = 'abandoned', ended_at = clock_timestamp() WHERE l.load_id = abandon_load.load_id;
END
$$;

ALTER PROCEDURE exograph.abandon_load(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.abandon_load(integer) IS
'Drops the staging of an open load; nothing of it reaches the index. NULL means the caller''s only open load. Again on an
abandoned load: no effect. Errors: XG001, XG002 (it is finalized), XG003, 42501, 55P03.';
REVOKE ALL ON PROCEDURE exograph.abandon_load(integer) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE exograph.abandon_load(integer) TO exograph_loader;
