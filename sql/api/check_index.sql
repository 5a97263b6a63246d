SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- All rows are looked at in one snapshot, that of the one query: a load that ends meanwhile is not there yet, or is there as a
-- whole. The locks are those of readers.
CREATE OR REPLACE FUNCTION exograph.check_index() RETURNS TABLE (finding text, object text, detail text, mend text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
    v_settings jsonb := exograph_private.take_settings();
    v_hint     text;
BEGIN
    RETURN QUERY SELECT * FROM exograph_private.findings();
    RETURN QUERY SELECT * FROM exograph_private.check_open_loads();
    CALL exograph_private.restore_settings(v_settings);
EXCEPTION WHEN out_of_memory THEN
    GET STACKED DIAGNOSTICS v_hint = PG_EXCEPTION_HINT;
    CALL exograph_private.raise_out_of_locks('check_index', SQLERRM, v_hint);
    RAISE;
END
$$;

COMMENT ON FUNCTION exograph.check_index() IS
'What is wrong with the index, a row a finding, each with the statement that mends it; no row where all is well. Constraints,
triggers, indexes, partitions and tables that are missing, disabled, invalid, deferred or left behind; rows that refer to nothing,
of unknown loads or outside of their partition; facts and keys that are there twice, keys that their index does not find; sets of
terms that are empty, not ascending, not disjoint or of unknown terms; packages and versions that are not those of the file;
staging without a load, open loads without staging, sequences that are behind. It reads everything: 2M rows take 3 s, 22M take 25
on two busy cores. Nobody waits for it but who needs a table for himself (merge_partitions, ALTER TABLE). Mend from the top and
check again: one fault may show as several findings. Look at rows before you run a statement that deletes them. Errors: 53200 (no
locks are left for so many partitions).';
