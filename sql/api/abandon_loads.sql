SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph.abandon_loads(older_than interval DEFAULT '7 days')
RETURNS TABLE (load_id integer, label text, owner text, outcome text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_settings jsonb;
    v_message  text;
    v_detail   text;
BEGIN
    CALL exograph_private.require_owner('abandon_loads', 'It drops what others have staged.');
    IF older_than IS NULL OR older_than < '0' THEN
        RAISE EXCEPTION 'older_than must be an interval of 0 or more, not %', coalesce(older_than::text, 'NULL')
            USING ERRCODE = 'XG008', HINT = 'Open loads that were begun longer ago are abandoned: ''7 days'' by default.';
    END IF;
    -- A load that is in use is no reason to wait: who calls again finds it free, or used again.
    v_settings := jsonb_build_object('lock_timeout', current_setting('lock_timeout'));
    IF current_setting('lock_timeout') = '0' THEN
        PERFORM set_config('lock_timeout', '1s', true);
    END IF;
    FOR load_id, label, owner IN
        SELECT l.load_id, l.label, r.rolname
        FROM exograph.loads l
        LEFT JOIN pg_roles r ON r.oid = exograph_private.owner_of_load(l)
        WHERE l.state = 'open' AND l.started_at <= now() - older_than
        ORDER BY l.load_id
    LOOP
        BEGIN
            CALL exograph.abandon_load(load_id);
            outcome := 'abandoned';
            detail := NULL;
        EXCEPTION
            WHEN lock_not_available OR dependent_objects_still_exist OR deadlock_detected OR out_of_memory OR object_in_use
            THEN
                PERFORM exograph_private.check_statement_timeout();
                GET STACKED DIAGNOSTICS v_message = MESSAGE_TEXT, v_detail = PG_EXCEPTION_DETAIL;
                outcome := 'in the way';
                detail := concat_ws(': ', v_message, replace(nullif(v_detail, ''), E'\n', '; '));
        END;
        RETURN NEXT;
    END LOOP;
    CALL exograph_private.restore_settings(v_settings);
    IF load_id IS NULL THEN
        RAISE NOTICE 'no open load was begun more than % ago', older_than;
    END IF;
END
$$;

COMMENT ON FUNCTION exograph.abandon_loads(interval) IS
'Abandons the open loads that were begun longer than older_than ago, those of dropped roles, too, as abandon_load does, and
returns what became of each: abandoned, or in the way, with who is: a lock and its holder, an object that depends on the staging,
a dump. It waits for each of these for lock_timeout, where none is set for a second. For members of exograph_owner.
Errors: XG008, 42501.';
