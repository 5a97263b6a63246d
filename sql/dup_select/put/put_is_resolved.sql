CREATE OR REPLACE FUNCTION dup_select.put_is_resolved(resolve text, pending text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_pending boolean;
BEGIN
    IF resolve IS NOT NULL THEN
        EXECUTE resolve;
    END IF;
    EXECUTE format('SELECT EXISTS (%s)', pending) INTO v_pending;
    RETURN NOT v_pending;
END
$$;

ALTER FUNCTION dup_select.put_is_resolved(text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_is_resolved(text, text) IS
    'Looks up the keys of a level that stand (NULL: none can be), and tells whether all rows of the work table have theirs.';
REVOKE ALL ON FUNCTION dup_select.put_is_resolved(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_is_resolved(text, text) TO PUBLIC;
