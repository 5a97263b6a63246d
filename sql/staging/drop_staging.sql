-- Table by table, because DROP SCHEMA .. CASCADE would print a NOTICE that lists them all.
CREATE OR REPLACE PROCEDURE exograph.drop_staging(load_id integer, keep_maps boolean DEFAULT false)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_schema text := exograph.staging_schema(load_id);
    v_loader text := (SELECT r.rolname FROM exograph.loads l JOIN pg_roles r ON r.oid = exograph.owner_of_load(l)
                      WHERE l.load_id = drop_staging.load_id);
    v_table  text;
    v_kind   "char";
    v_detail text;
BEGIN
    IF to_regnamespace(v_schema) IS NULL
        OR NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = v_schema AND n.nspowner = current_user::regrole)
    THEN
        RETURN; -- somebody has dropped it
    END IF;
    FOR v_table, v_kind IN
        SELECT c.relname, c.relkind FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = v_schema AND c.relkind IN ('r', 'S')
    LOOP
        IF keep_maps AND starts_with(v_table, 'map_') THEN
            EXECUTE format('ALTER TABLE %I.%I SET LOGGED', v_schema, v_table);
            IF v_loader IS NOT NULL THEN -- its role may be gone
                EXECUTE format('GRANT SELECT ON %I.%I TO %I', v_schema, v_table, v_loader);
            END IF;
        ELSE
            EXECUTE format('DROP %s %I.%I', CASE v_kind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, v_schema, v_table);
        END IF;
    END LOOP;
    IF NOT keep_maps THEN
        EXECUTE format('DROP SCHEMA %I', v_schema);
    END IF;
EXCEPTION WHEN dependent_objects_still_exist THEN
    GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
    RAISE EXCEPTION 'load %: other objects depend on its staging', load_id USING ERRCODE = 'dependent_objects_still_exist',
        DETAIL = v_detail, HINT = 'Drop these objects, then call again: nothing was changed.';
END
$$;

ALTER PROCEDURE exograph.drop_staging(integer, boolean) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.drop_staging(integer, boolean) IS
    'Drops the schema of a load; with keep_maps all of it but the number-to-id maps, which then survive a crash and may be '
    'read. Errors: 2BP01 where something else depends on it.';
REVOKE ALL ON PROCEDURE exograph.drop_staging(integer, boolean) FROM PUBLIC;
