-- Two frames, so that nothing but one expression fits both, and WHERE, which takes neither aggregates nor sets. A cursor's
-- query is a single one. A comment would swallow what follows.
CREATE OR REPLACE FUNCTION dup_select.mapping_check_expression(path text, expression text, type text, inputs jsonb) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_frame text;
    v_test  refcursor;
    v_input text := (SELECT string_agg(format('NULL::%s AS %I', i.value ->> 'type', i.value ->> 'name'), ', ')
                     FROM jsonb_array_elements(inputs) AS i);
BEGIN
    FOREACH v_frame IN ARRAY ARRAY['(%s)', 'CASE WHEN true THEN %s END'] LOOP
        OPEN v_test FOR EXECUTE format('SELECT FROM (SELECT %s) AS input WHERE false AND CAST(%s AS %s) IS NULL',
            v_input, format(v_frame, expression), type);
        CLOSE v_test;
    END LOOP;
EXCEPTION
    WHEN OTHERS THEN
        RAISE EXCEPTION 'path % is mapped to "%": %', path, expression, SQLERRM
            USING ERRCODE = SQLSTATE,
                  HINT = format('It must be one SQL expression over the input columns, of a type that can be cast to %s. '
                      'Functions outside pg_catalog need their schema.', type);
END
$$;

ALTER FUNCTION dup_select.mapping_check_expression(text, text, text, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.mapping_check_expression(text, text, text, jsonb) IS
    'Raises, naming path and expression, where it is not one expression over the input columns. Errors: those of the expression.';
REVOKE ALL ON FUNCTION dup_select.mapping_check_expression(text, text, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.mapping_check_expression(text, text, text, jsonb) TO PUBLIC;
