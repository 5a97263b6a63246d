-- Defaults first: generated columns are computed from them. No search_path is set, as in key_parts(). A default that gives
-- another value each time yields a row that nothing equals, so that the next try draws afresh.
CREATE OR REPLACE FUNCTION dup_select.stored_row(new anyelement, given text[], OUT stored anyelement)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_target    pg_catalog.regclass := dup_select.target_table(pg_catalog.pg_typeof(new));
    v_generated boolean;
    v_list      pg_catalog.text;
BEGIN
    stored := new;
    FOREACH v_generated IN ARRAY ARRAY[false, true] LOOP
        SELECT pg_catalog.string_agg(
                   CASE
                       WHEN c.source IS NOT NULL AND CASE WHEN v_generated THEN c.generated ELSE NOT c.generated END
                           THEN pg_catalog.pg_get_expr(c.source, v_target)
                       ELSE pg_catalog.quote_ident(c.column_name)
                   END, ', ' ORDER BY c.attnum)
            INTO v_list
        FROM dup_select.column_sources(v_target, given) c;
        EXECUTE pg_catalog.format('SELECT %s FROM pg_catalog.unnest(ARRAY[$1]) AS given', v_list) INTO stored USING stored;
    END LOOP;
END
$$;

ALTER FUNCTION dup_select.stored_row(anyelement, text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.stored_row(anyelement, text[]) IS
    'A row as an INSERT of the given columns would store it, where no trigger changes it: with defaults and generated '
    'columns. Numbers from sequences stay NULL.';
REVOKE ALL ON FUNCTION dup_select.stored_row(anyelement, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.stored_row(anyelement, text[]) TO PUBLIC;
