CREATE OR REPLACE FUNCTION dup_select.put_rows(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format('pg_temp.%I AS %I', level #>> '{made,work}', level #>> '{made,rows}')
$$;

ALTER FUNCTION dup_select.put_rows(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_rows(jsonb) IS
    'The work table, with the name by which the statements refer to its rows.';
REVOKE ALL ON FUNCTION dup_select.put_rows(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_rows(jsonb) TO PUBLIC;
