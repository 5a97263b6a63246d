CREATE OR REPLACE FUNCTION dup_select.key_of_row(new anyelement, key_columns text[], OUT key anyelement)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE (SELECT format('SELECT %s', string_agg(
                        CASE WHEN a.attname = ANY (key_columns) THEN format('($1).%I', a.attname) ELSE 'NULL' END,
                        ', ' ORDER BY a.attnum))
             FROM pg_attribute a
             WHERE a.attrelid = dup_select.target_table(pg_typeof(new)) AND a.attnum > 0 AND NOT a.attisdropped)
        INTO key USING new;
END
$$;

ALTER FUNCTION dup_select.key_of_row(anyelement, text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.key_of_row(anyelement, text[]) IS
    'A row without all that is not in the key: the rest is NULL.';
REVOKE ALL ON FUNCTION dup_select.key_of_row(anyelement, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.key_of_row(anyelement, text[]) TO PUBLIC;
