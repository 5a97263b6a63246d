SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph.delete_package_version(ecosystem text, name text, version text)
RETURNS TABLE (table_name text, deleted bigint)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' SET jit = off AS $$
DECLARE
    v_settings jsonb := exograph_private.take_settings();
    v_gone     exograph_private.gone;
    v_hint     text;
BEGIN
    CALL exograph_private.enter_removal('delete_package_version');
    v_gone.package_versions := ARRAY(
        SELECT v.id
        FROM exograph.packages p
        JOIN exograph.package_versions v ON v.package_id = p.id
        WHERE p.ecosystem = delete_package_version.ecosystem AND p.name = delete_package_version.name
            AND v.version = delete_package_version.version);
    IF v_gone.package_versions = '{}' THEN
        RAISE NOTICE 'there is no version % of package % %', version, ecosystem, name;
    END IF;
    RETURN QUERY SELECT * FROM exograph_private.remove_gone(exograph_private.spread_gone(v_gone));
    CALL exograph_private.end_removing();
    CALL exograph_private.restore_settings(v_settings);
EXCEPTION WHEN out_of_memory THEN
    GET STACKED DIAGNOSTICS v_hint = PG_EXCEPTION_HINT;
    CALL exograph_private.raise_out_of_locks('delete_package_version', SQLERRM, v_hint);
    RAISE;
END
$$;

COMMENT ON FUNCTION exograph.delete_package_version(text, text, text) IS
'Deletes a version of a package with its files and all that hangs on them, as exograph.delete_package does; the package stays.
Errors: XG007, 25006, 42501, 53200 (no locks are left for so many partitions), 55P03.';
