CREATE OR REPLACE FUNCTION dup_select.mapping_input(expression text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    IF expression !~ '^[[:space:]]*([[:alpha:]_][[:alnum:]_$]*|"([^"]|"")+")[[:space:]]*$'
        OR EXISTS (SELECT FROM pg_get_keywords() AS k WHERE k.word = lower(btrim(expression)) AND k.catcode IN ('R', 'T'))
    THEN
        RETURN NULL;
    END IF;
    RETURN (parse_ident(expression))[1];
END
$$;

ALTER FUNCTION dup_select.mapping_input(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.mapping_input(text) IS
    'The input column, where an expression is nothing but its name, else NULL.';
REVOKE ALL ON FUNCTION dup_select.mapping_input(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.mapping_input(text) TO PUBLIC;
