CREATE OR REPLACE FUNCTION dup_select.put_row(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('%I.%I', level #>> '{made,rows}', level #>> '{made,row}')
$$;

ALTER FUNCTION dup_select.put_row(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_row(jsonb) IS
    'The column of the work table that tells which row of the source it is.';
REVOKE ALL ON FUNCTION dup_select.put_row(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_row(jsonb) TO PUBLIC;
