CREATE OR REPLACE FUNCTION dup_select.existing_row_pinned(new anyelement, index regclass) RETURNS SETOF anyelement
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY SELECT * FROM dup_select.existing_row(new, index);
END
$$;

ALTER FUNCTION dup_select.existing_row_pinned(anyelement, regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.existing_row_pinned(anyelement, regclass) IS
    'existing_row for tables whose expressions cannot be printed for the caller''s search_path.';
REVOKE ALL ON FUNCTION dup_select.existing_row_pinned(anyelement, regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.existing_row_pinned(anyelement, regclass) TO PUBLIC;
