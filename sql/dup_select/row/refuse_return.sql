CREATE OR REPLACE FUNCTION dup_select.refuse_return(target regclass, reason text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the key of a new row of % cannot be told from the row: %', target, reason
        USING ERRCODE = 'feature_not_supported',
            HINT = 'Use dup_select.insert_on_duplicate_key_select, which reads the row that stands.';
END
$$;

ALTER FUNCTION dup_select.refuse_return(regclass, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.refuse_return(regclass, text) IS
    'Raises 0A000: a table, or a row of it, is none for insert_on_duplicate_key_return.';
REVOKE ALL ON FUNCTION dup_select.refuse_return(regclass, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.refuse_return(regclass, text) TO PUBLIC;
