-- A COPY still running would add rows behind the counts; one that begins now waits and finds the staging gone. Readers are kept
-- out, too: the tables are renamed or dropped in the end, and a wait is better here than behind the closed gate.
CREATE OR REPLACE PROCEDURE exograph.lock_staging(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_schema oid := to_regnamespace(exograph.staging_schema(load_id));
BEGIN
    CALL exograph.require_staging(load_id);
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', (
        SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY c.relname) FROM pg_class c
        WHERE c.relnamespace = v_schema AND c.relkind = 'r'));
EXCEPTION
    WHEN undefined_table THEN -- dropped while this waited
        CALL exograph.require_staging(load_id);
        RAISE;
    WHEN lock_not_available THEN
        CALL exograph.raise_staging_in_use(load_id, 'the staging is intact');
END
$$;

ALTER PROCEDURE exograph.lock_staging(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.lock_staging(integer) IS
    'Makes sure that the staging is there, and locks it against everybody else. Errors: XG004, 55P03.';
REVOKE ALL ON PROCEDURE exograph.lock_staging(integer) FROM PUBLIC;
