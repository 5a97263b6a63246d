CREATE OR REPLACE FUNCTION exograph.staged_row(table_name text, staged_ctid tid) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_row jsonb;
BEGIN
    EXECUTE format('SELECT %s FROM %I s WHERE s.ctid = $1', exograph.printed_row(table_name), 'staged_' || table_name)
    INTO v_row USING staged_ctid;
    RETURN v_row;
END
$$;

ALTER FUNCTION exograph.staged_row(text, tid) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.staged_row(text, tid) IS
    'The staged row at a place of its table, as it was staged. NULL where there is none.';
REVOKE ALL ON FUNCTION exograph.staged_row(text, tid) FROM PUBLIC;
