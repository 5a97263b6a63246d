-- Nothing is evaluated, not even planned, which folds what is constant: SELECT INTO and INSERT are no queries for a cursor, and
-- the server refuses them (42P11) after they are analyzed and before they are planned. Several statements are refused there too,
-- by a message that names none. Two frames, so that nothing but one expression fits both, and WHERE, which takes neither
-- aggregates nor sets. A comment would swallow what follows. The subquery makes text of a literal, whose input function would
-- be run.
CREATE OR REPLACE FUNCTION dup_select.mapping_check_expression(
    path text, expression text, table_name text, column_name text, inputs jsonb
) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_test  refcursor;
    v_input text := (SELECT string_agg(format('NULL::%s AS %I', i.value ->> 'type', i.value ->> 'name'), ', ')
                     FROM jsonb_array_elements(inputs) AS i);
BEGIN
    BEGIN
        OPEN v_test FOR EXECUTE format(
            'SELECT INTO pg_temp.test FROM (SELECT %s) AS input WHERE (%s) IS NULL', v_input, expression);
    EXCEPTION WHEN invalid_cursor_definition THEN
        IF strpos(SQLERRM, 'SELECT INTO') = 0 THEN
            RAISE EXCEPTION 'several statements' USING ERRCODE = 'syntax_error';
        END IF;
    END;
    BEGIN
        OPEN v_test FOR EXECUTE format(
            'INSERT INTO %s (%I) OVERRIDING SYSTEM VALUE SELECT given.value '
            'FROM (SELECT CASE WHEN true THEN %s END AS value FROM (SELECT %s) AS input) AS given',
            table_name, column_name, expression, v_input);
    EXCEPTION
        WHEN invalid_cursor_definition THEN RETURN true;
        WHEN datatype_mismatch OR cannot_coerce THEN RETURN false;
    END;
EXCEPTION
    WHEN OTHERS THEN
        RAISE EXCEPTION 'path % is mapped to "%": %', path, expression, SQLERRM
            USING ERRCODE = SQLSTATE,
                  HINT = 'It must be one SQL expression over the input columns. Functions outside pg_catalog need their schema.';
END
$$;

ALTER FUNCTION dup_select.mapping_check_expression(text, text, text, text, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.mapping_check_expression(text, text, text, text, jsonb) IS
    'Whether an INSERT casts the expression to the type of the column; where not, it goes in as text. Raises, naming path and '
    'expression, where it is not one expression over the input columns. Errors: those of the expression.';
REVOKE ALL ON FUNCTION dup_select.mapping_check_expression(text, text, text, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.mapping_check_expression(text, text, text, text, jsonb) TO PUBLIC;
