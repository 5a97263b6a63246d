CREATE OR REPLACE FUNCTION dup_select.locked_row(new anyelement) RETURNS SETOF anyelement
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_target pg_catalog.regclass := dup_select.target_table(pg_catalog.pg_typeof(new));
    v_place  pg_catalog.text := pg_catalog.current_setting(dup_select.found_setting());
BEGIN
    RETURN QUERY EXECUTE pg_catalog.format(
        'SELECT %s %s WHERE tableoid OPERATOR(pg_catalog.=) $1 AND ctid OPERATOR(pg_catalog.=) $2',
        dup_select.column_list(v_target), dup_select.from_table(v_target))
        USING pg_catalog.split_part(v_place, ' ', 1)::pg_catalog.oid, pg_catalog.split_part(v_place, ' ', 2)::pg_catalog.tid;
END
$$;

ALTER FUNCTION dup_select.locked_row(anyelement) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.locked_row(anyelement) IS
    'The row of the same table whose place conflict_clause() has left.';
REVOKE ALL ON FUNCTION dup_select.locked_row(anyelement) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.locked_row(anyelement) TO PUBLIC;
