CREATE OR REPLACE PROCEDURE exograph.raise_staging_in_use(load_id integer, outcome text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_holders text := exograph.lock_holders(
        ARRAY(SELECT c.oid FROM pg_class c WHERE c.relnamespace = to_regnamespace(exograph.staging_schema(load_id))),
        'AccessExclusiveLock');
BEGIN
    PERFORM exograph.raise_lock_timeout(
        format('load %s: its staging is in use', load_id),
        format('Let the COPY or the query end or cancel it, then call again: %s.%s', outcome,
               CASE WHEN v_holders LIKE '%application ''pg_dump''%' THEN
                   ' A pg_dump keeps what it dumps until it ends: -N ''exograph_load_*'' has it leave the staging of loads out.'
               END),
        v_holders);
END
$$;

ALTER PROCEDURE exograph.raise_staging_in_use(integer, text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.raise_staging_in_use(integer, text) IS
    'Raises 55P03 for a load whose staging somebody else holds, and names the holder; outcome is what became of it.';
REVOKE ALL ON PROCEDURE exograph.raise_staging_in_use(integer, text) FROM PUBLIC;
