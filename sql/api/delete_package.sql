SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph.delete_package(ecosystem text, name text)
RETURNS TABLE (table_name text, deleted bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' SET jit = off AS $$
DECLARE
    v_settings jsonb := exograph_private.take_settings();
    v_gone     exograph_private.gone;
    v_hint     text;
BEGIN
    CALL exograph_private.enter_removal('delete_package');
    v_gone.packages := ARRAY(
        SELECT p.id FROM exograph.packages p WHERE p.ecosystem = delete_package.ecosystem AND p.name = delete_package.name);
    IF v_gone.packages = '{}' THEN
        RAISE NOTICE 'there is no package % %', ecosystem, name;
    END IF;
    RETURN QUERY SELECT * FROM exograph_private.remove_gone(exograph_private.spread_gone(v_gone));
    CALL exograph_private.end_removing();
    CALL exograph_private.restore_settings(v_settings);
EXCEPTION WHEN out_of_memory THEN
    GET STACKED DIAGNOSTICS v_hint = PG_EXCEPTION_HINT;
    CALL exograph_private.raise_out_of_locks('delete_package', SQLERRM, v_hint);
    RAISE;
END
$$;

COMMENT ON FUNCTION exograph.delete_package(text, text) IS
'Deletes a package with its versions, files and all that hangs on them, in time proportional to that. Returns the rows that went,
per table; of fragments, pairs with a term. Calls of other packages to it go as well; references of others to its fragments become
NULL; terms stay (exograph.sweep_terms). No such package: no rows, and a NOTICE. Writers wait meanwhile, readers do not. For
members of exograph_owner. Errors: XG007, 25006, 42501, 53200 (no locks are left for so many partitions), 55P03.';
