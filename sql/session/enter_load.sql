-- Steps of a load name its tables without schema (staged_files) and index tables with it (exograph.files): static SQL for
-- any load. Nobody but the owner can create in the load's schema, and pg_temp comes last, so no name can be shadowed. The
-- setting ends with the definer function that called: they all have a SET clause for search_path.
CREATE OR REPLACE PROCEDURE exograph.enter_load(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM set_config('search_path', format('%I, pg_temp', exograph.staging_schema(load_id)), true);
END
$$;

ALTER PROCEDURE exograph.enter_load(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.enter_load(integer) IS
    'Puts the schema of a load on the search path, until the calling definer function returns.';
REVOKE ALL ON PROCEDURE exograph.enter_load(integer) FROM PUBLIC;
