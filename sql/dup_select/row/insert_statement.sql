CREATE OR REPLACE FUNCTION dup_select.insert_statement(target regclass, columns text[]) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (
        SELECT format('INSERT INTO %I.%I AS existing ', n.nspname, t.relname)
            || CASE
                   WHEN cardinality(columns) = 0 THEN 'DEFAULT VALUES'
                   ELSE (SELECT format('(%s) VALUES (%s)', string_agg(quote_ident(c), ', ' ORDER BY p),
                                                           string_agg(format('($1).%I', c), ', ' ORDER BY p))
                         FROM unnest(columns) WITH ORDINALITY AS u (c, p))
               END
        FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
        WHERE t.oid = target);
END
$$;

ALTER FUNCTION dup_select.insert_statement(regclass, text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.insert_statement(regclass, text[]) IS
    'Text that inserts these columns of the row $1 into a table, which it calls "existing".';
REVOKE ALL ON FUNCTION dup_select.insert_statement(regclass, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.insert_statement(regclass, text[]) TO PUBLIC;
