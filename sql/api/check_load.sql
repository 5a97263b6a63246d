SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph.check_load(load_id integer DEFAULT NULL)
RETURNS TABLE (table_name text, reason text, staged_row jsonb, staged_ctid tid)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' SET jit = off AS $$
DECLARE
    v_ledger   exograph.loads;
    v_load     exograph_private.load;
    v_settings jsonb := exograph_private.take_settings();
BEGIN
    load_id := exograph_private.find_load(load_id);
    v_ledger := exograph_private.lock_open_load(load_id);
    v_load := exograph_private.read_load(v_ledger);
    CALL exograph_private.note_attempts(v_ledger);
    PERFORM set_config('application_name', format('exograph load %s: check', load_id), true);
    CALL exograph_private.open_staging(load_id);
    CALL exograph_private.validate_staging(v_load);
    PERFORM exograph_private.manifest_difference(load_id);
    RETURN QUERY
        SELECT r.table_name, r.reason, exograph_private.rejected_row(r.table_name, r.staged_ctid, r.terms),
               CASE WHEN r.terms IS NULL THEN r.staged_ctid END
        FROM exograph_private.listed_rejects() r
        ORDER BY r.position;
    CALL exograph_private.restore_settings(v_settings);
END
$$;

COMMENT ON FUNCTION exograph.check_load(integer) IS
'Lists every staged row that breaks a rule, with the first rule it breaks, without finalizing: causes first, then the rows that
are rejected because they name a rejected row or none. staged_ctid tells equal rows apart, until one is changed:
DELETE FROM exograph_load_<n>.staged_<table> WHERE ctid = ''(0,7)''. The terms of a staged set that break a rule are one row, as
{"fragment_id": 3, "term_ids": [7, 9]} of fragment_terms, and staged_ctid is NULL: a part of a row is found by its
fragment_id. load_id NULL means the caller''s only open load.
Errors: XG001, XG002, XG003, XG004, 25006, 42501, 55P03.';
