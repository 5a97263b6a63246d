-- A reject may hold what no row of the index may: a JSON string has at most 256 MB, and what COPY or pg_dump prints of a row
-- 1 GB.
CREATE OR REPLACE FUNCTION exograph.printed_row(table_name text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.format('jsonb_build_object(%s)', pg_catalog.string_agg(
        pg_catalog.quote_literal(c.column_name) || ', ' || pg_catalog.format(CASE a.atttypid
            WHEN 'text'::pg_catalog.regtype THEN
                'CASE WHEN octet_length(s.%1$I) > 8388608
                      THEN left(s.%1$I, 1000) || format(''... (%%s bytes)'', octet_length(s.%1$I)) ELSE s.%1$I END'
            WHEN 'bytea'::pg_catalog.regtype THEN
                'CASE WHEN octet_length(s.%1$I) > 8388608
                      THEN to_jsonb(substr(s.%1$I, 1, 1000)::text || format(''... (%%s bytes)'', octet_length(s.%1$I)))
                      ELSE to_jsonb(s.%1$I) END'
            WHEN 'bigint[]'::pg_catalog.regtype THEN
                'CASE WHEN cardinality(s.%1$I) > 524288 THEN to_jsonb(format(''... (%%s elements)'', cardinality(s.%1$I)))
                      ELSE to_jsonb(s.%1$I) END'
            WHEN 'jsonb'::pg_catalog.regtype THEN
                'CASE WHEN exograph.json_is_printable(s.%1$I) IS NOT FALSE THEN s.%1$I
                      ELSE to_jsonb(format(''... (%%s bytes that cannot be printed)'', pg_column_size(s.%1$I))) END'
            ELSE 's.%1$I'
        END, c.column_name), ', ' ORDER BY c.column_position))
    FROM exograph.staging_columns c
    JOIN pg_catalog.pg_attribute a
        ON a.attrelid = pg_catalog.format('exograph.%I', c.table_name)::pg_catalog.regclass AND a.attname = c.column_name
    WHERE c.table_name = printed_row.table_name
$$;

ALTER FUNCTION exograph.printed_row(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.printed_row(text) IS
    'Text of the expression that makes jsonb of a staged row s; of values of more than 8 MiB, or that cannot be printed, their '
    'beginning and size.';
REVOKE ALL ON FUNCTION exograph.printed_row(text) FROM PUBLIC;
