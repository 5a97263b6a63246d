SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- A reference has the shape of a definition: its view and functions are those of definitions.sql with the other table's name.
-- Made here and not at run time: SQL that names its table only then is planned anew for each row, and 20,000 took 2.4 s of CPU
-- instead of 1.0 s.
DO $$
DECLARE
    v_sql text;
BEGIN
    FOR v_sql IN
        SELECT 'CREATE OR REPLACE VIEW exograph_in.definitions WITH (security_invoker = true) AS '
            || pg_get_viewdef('exograph_in.definitions'::regclass)
        UNION ALL
        SELECT pg_get_functiondef(f)
        FROM unnest('{exograph_private.insert_definition,exograph_private.find_definition}'::regproc[]) f
    LOOP
        EXECUTE replace(v_sql, 'definition', 'symbol_reference');
    END LOOP;
END
$$;

COMMENT ON VIEW exograph_in.symbol_references IS
    'Inserter view of symbol references; file (by file_id, or version and file_sha256) and fragment (by fragment_id or '
    'fragment_content_hash) must exist. Nothing is inserted where the fact exists in any partition. RETURNING gives the '
    'existing row; columns that name parents by key come back as given.';
