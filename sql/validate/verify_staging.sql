CREATE OR REPLACE PROCEDURE exograph.verify_staging(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_different text;
BEGIN
    INSERT INTO exograph.load_tables (load_id, table_name, position, staged)
    SELECT verify_staging.load_id, s.table_name, c.table_position, s.staged
    FROM staged_rows s
    JOIN (SELECT DISTINCT table_name, table_position FROM exograph.staging_columns) c USING (table_name);

    v_different := exograph.broken_seal(load_id);
    IF v_different IS NOT NULL THEN
        RAISE EXCEPTION 'load %: the staging does not hold what was sealed', load_id USING ERRCODE = 'XG005',
            DETAIL = v_different,
            HINT = format('Stage what is missing or remove what is too much, or seal the true counts: '
                          'SELECT exograph.seal_load(%s, ...).', load_id);
    END IF;
END
$$;

ALTER PROCEDURE exograph.verify_staging(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.verify_staging(integer) IS
    'Reports the counts that validate_staging made, and compares them with the sealed ones until they agree. Errors: XG005.';
REVOKE ALL ON PROCEDURE exograph.verify_staging(integer) FROM PUBLIC;
