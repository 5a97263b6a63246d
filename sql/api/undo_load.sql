SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE PROCEDURE exograph.undo_load(load_id integer, dependents boolean DEFAULT false)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' SET jit = off AS $$
DECLARE
    v_settings jsonb := exograph_private.take_settings();
    v_loads    integer[];
    v_rows     record;
    v_others   jsonb;
    v_removed  record;
    v_undone   timestamptz := clock_timestamp(); -- of all of them, which it tells together
    v_hint     text;
BEGIN
    CALL exograph_private.require_removal('undo_load');
    IF NOT exograph_private.is_to_undo(load_id) THEN
        CALL exograph_private.restore_settings(v_settings);
        RETURN;
    END IF;
    PERFORM set_config('application_name', format('exograph undo_load %s', load_id), true);
    CALL exograph_private.enter_removal('undo_load');
    IF exograph_private.is_to_undo(load_id) THEN -- still
        v_loads := CASE WHEN dependents THEN exograph_private.with_dependents(load_id) ELSE ARRAY[load_id] END;
        IF NOT dependents THEN
            CALL exograph_private.refuse_dependents(load_id, '[]');
        END IF;
        SELECT * INTO v_rows FROM exograph_private.rows_of_loads(v_loads);
        IF NOT dependents THEN
            SELECT coalesce(jsonb_agg(to_jsonb(o)), '[]') INTO v_others
            FROM exograph_private.others_on_gone(v_loads, v_rows.gone, v_rows.found_others) o;
            CALL exograph_private.refuse_dependents(load_id, v_others);
        END IF;
        FOR v_removed IN SELECT r.table_name, r.deleted FROM exograph_private.remove_loads(v_loads, v_rows.gone) r LOOP
            RAISE NOTICE 'undo_load: % rows of %', v_removed.deleted, v_removed.table_name;
        END LOOP;
        CALL exograph_private.drop_maps_of_loads(v_loads);
        DELETE FROM exograph.load_dependencies d WHERE d.load_id = ANY (v_loads) OR d.depends_on = ANY (v_loads);
        UPDATE exograph.loads l SET state = 'undone', undone_at = v_undone WHERE l.load_id = ANY (v_loads);
    END IF;
    CALL exograph_private.end_removing();
    CALL exograph_private.restore_settings(v_settings);
EXCEPTION WHEN out_of_memory THEN
    GET STACKED DIAGNOSTICS v_hint = PG_EXCEPTION_HINT;
    CALL exograph_private.raise_out_of_locks('undo_load', SQLERRM, v_hint);
    RAISE;
END
$$;

COMMENT ON PROCEDURE exograph.undo_load(integer, boolean) IS
'Takes a finalized load back out of the index: its facts, and what it brought to the dimensions. Of its terms those stay that
others hold. It refuses where others lean on the load, and names them: loads that found rows of it existing
(exograph.load_dependencies), and rows inserted one by one that found or refer to such. dependents: take these along, and those
that lean on them. The report of an undone load stays. Again on an undone load: a NOTICE, no effect. Tells the rows that went in a
NOTICE per table. What a replace took is not brought back. Writers wait meanwhile; readers do while partitions are dropped, which
waits for them at most lock_timeout (60 s where it is not set). For members of exograph_owner. Errors: XG001, XG002, XG007, XG015,
25006, 2BP01 (something depends on a partition), 42501, 53200 (no locks are left for so many partitions), 55P03.';
