SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- A finalize takes the gate alone, so nothing is looked up behind it that it may be about to add. Above READ COMMITTED the wait
-- is no help: the snapshot may be older than what was added meanwhile.
CREATE OR REPLACE PROCEDURE exograph.wait_at_gate()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    BEGIN
        LOCK TABLE exograph.gate IN ROW EXCLUSIVE MODE;
    EXCEPTION WHEN lock_not_available THEN
        PERFORM exograph_private.raise_lock_timeout(
            'a load is being finalized, or the index maintained',
            'exograph.lock_waits shows who waits for whom. Call again, perhaps with a longer lock_timeout.',
            exograph_private.lock_holders(ARRAY['exograph.gate'::regclass], 'RowExclusiveLock'));
    END;
    CALL exograph_private.check_snapshot();
END
$$;

COMMENT ON PROCEDURE exograph.wait_at_gate() IS
    'Waits while a load is being finalized, and keeps finalizes out until this transaction ends: for the owner, before changing '
    'rows of the index by hand. Errors: 40001 where the snapshot is older than a finalize; 55P03 after lock_timeout.';
