-- Only what the loader asks for.
CREATE OR REPLACE FUNCTION exograph.lock_conflicts(wanted text, held text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT CASE wanted
               WHEN 'RowExclusiveLock' THEN
                   held IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
               WHEN 'ShareRowExclusiveLock' THEN held NOT IN ('AccessShareLock', 'RowShareLock')
               WHEN 'AccessExclusiveLock' THEN true
           END
$$;

ALTER FUNCTION exograph.lock_conflicts(text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.lock_conflicts(text, text) IS
    'Whether a table lock of one mode keeps another from being granted; modes as pg_locks names them.';
REVOKE ALL ON FUNCTION exograph.lock_conflicts(text, text) FROM PUBLIC;
