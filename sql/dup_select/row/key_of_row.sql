CREATE OR REPLACE FUNCTION dup_select.key_of_row(new anyelement, index regclass, OUT key anyelement)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE (SELECT format('SELECT %s', string_agg(
                        CASE WHEN k.column_name IS NULL THEN 'NULL' ELSE format('($1).%I', a.attname) END,
                        ', ' ORDER BY a.attnum))
             FROM pg_attribute a
             LEFT JOIN dup_select.key_columns(index) k ON k.column_name = a.attname
             WHERE a.attrelid = dup_select.target_table(pg_typeof(new)) AND a.attnum > 0 AND NOT a.attisdropped)
        INTO key USING new;
END
$$;

ALTER FUNCTION dup_select.key_of_row(anyelement, regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.key_of_row(anyelement, regclass) IS
    'A row without all that is not in the key: the rest is NULL.';
REVOKE ALL ON FUNCTION dup_select.key_of_row(anyelement, regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.key_of_row(anyelement, regclass) TO PUBLIC;
