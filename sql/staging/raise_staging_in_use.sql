CREATE OR REPLACE PROCEDURE exograph.raise_staging_in_use(load_id integer, outcome text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM exograph.raise_lock_timeout(
        format('load %s: its staging is in use', load_id),
        format('Let the COPY or the query end or cancel it, then call again: %s.', outcome),
        exograph.lock_holders(
            ARRAY(SELECT c.oid FROM pg_class c WHERE c.relnamespace = to_regnamespace(exograph.staging_schema(load_id))),
            'AccessExclusiveLock'));
END
$$;

ALTER PROCEDURE exograph.raise_staging_in_use(integer, text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.raise_staging_in_use(integer, text) IS
    'Raises 55P03 for a load whose staging somebody else holds, and names the holder; outcome is what became of it.';
REVOKE ALL ON PROCEDURE exograph.raise_staging_in_use(integer, text) FROM PUBLIC;
