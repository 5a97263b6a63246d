CREATE OR REPLACE FUNCTION dup_select.stored_row_pinned(new anyelement, given text[], OUT stored anyelement)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    stored := dup_select.stored_row(new, given);
END
$$;

ALTER FUNCTION dup_select.stored_row_pinned(anyelement, text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.stored_row_pinned(anyelement, text[]) IS
    'stored_row for tables whose expressions cannot be printed for the caller''s search_path.';
REVOKE ALL ON FUNCTION dup_select.stored_row_pinned(anyelement, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.stored_row_pinned(anyelement, text[]) TO PUBLIC;
