CREATE OR REPLACE FUNCTION dup_select.level_values(level jsonb, field text) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT array_agg(CASE WHEN field = 'column' THEN quote_ident(c.value ->> 'column') ELSE c.value ->> field END ORDER BY c.n)
    FROM jsonb_array_elements(level -> 'columns') WITH ORDINALITY AS c (value, n)
$$;

ALTER FUNCTION dup_select.level_values(jsonb, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_values(jsonb, text) IS
    'One text per column that is filled: its name, or its value.';
REVOKE ALL ON FUNCTION dup_select.level_values(jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_values(jsonb, text) TO PUBLIC;
