CREATE OR REPLACE FUNCTION dup_select.insert_row(new anyelement, given text[], arbiter regclass, OUT stored anyelement)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_insert   pg_catalog.text := dup_select.insert_statement(dup_select.target_table(pg_catalog.pg_typeof(new)), given);
    v_inserted integer;
BEGIN
    IF arbiter IS NOT NULL THEN
        PERFORM pg_catalog.set_config(dup_select.found_setting(), '', true);
        v_insert := pg_catalog.format('%s %s', v_insert, dup_select.conflict_clause(arbiter));
    END IF;
    EXECUTE pg_catalog.format('%s RETURNING existing.*', v_insert) INTO stored USING new;
    GET DIAGNOSTICS v_inserted = ROW_COUNT;
    IF v_inserted OPERATOR(pg_catalog.=) 0 AND arbiter IS NOT NULL
        AND pg_catalog.current_setting(dup_select.found_setting()) OPERATOR(pg_catalog.<>) ''
    THEN
        SELECT * INTO stored FROM dup_select.locked_row(new);
    END IF;
END
$$;

ALTER FUNCTION dup_select.insert_row(anyelement, text[], regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.insert_row(anyelement, text[], regclass) IS
    'Inserts the given columns of a row and returns it as it is stored, or the row that has its key in the arbiter, an '
    'index (NULL: none). NULL where a trigger suppressed the row.';
REVOKE ALL ON FUNCTION dup_select.insert_row(anyelement, text[], regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.insert_row(anyelement, text[], regclass) TO PUBLIC;
