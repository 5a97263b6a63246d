SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph.seal_load(load_id integer, counts jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_unknown text;
BEGIN
    PERFORM exograph_private.lock_open_load(load_id);
    IF jsonb_typeof(counts) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'load %: the counts must be a JSON object of table names and row counts', load_id
            USING ERRCODE = 'XG008', HINT = 'For example {"files": 12, "terms": 340}; a table left out has no rows.';
    END IF;
    SELECT string_agg(quote_ident(e.key), ', ') INTO v_unknown
    FROM jsonb_each(counts) e
    WHERE jsonb_typeof(e.value) <> 'number' OR e.value #>> '{}' !~ '^[0-9]{1,18}$'
        OR e.key NOT IN (SELECT c.table_name FROM exograph.staging_columns c);
    IF v_unknown IS NOT NULL THEN
        RAISE EXCEPTION 'load %: not a staging table with a number of rows: %', load_id, v_unknown USING ERRCODE = 'XG008',
            HINT = 'SELECT DISTINCT table_name FROM exograph.staging_columns lists the tables.';
    END IF;
    UPDATE exograph.loads l SET manifest = counts WHERE l.load_id = seal_load.load_id;
END
$$;

COMMENT ON FUNCTION exograph.seal_load(integer, jsonb) IS
'States how many rows were staged per table, as the producer counted them: {"files": 12, ...}; a table left out has
none. fragment_terms counts pairs, those within sets among them; fragment_term_sets may be given besides.
finalize_load refuses where the staging differs. Sealing again replaces the counts. Errors: XG001, XG002, XG008, 25006,
42501, 55P03.';
