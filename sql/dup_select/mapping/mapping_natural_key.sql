CREATE OR REPLACE FUNCTION dup_select.mapping_natural_key(
    natural_keys jsonb, relation oid, path text, OUT index_name text, OUT columns text[])
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_wish jsonb := (
        SELECT k.value
        FROM jsonb_each(natural_keys) AS k
        JOIN pg_class c ON c.oid = relation
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE parse_ident(k.key) IN (ARRAY[c.relname::text], ARRAY[n.nspname::text, c.relname::text])
           OR dup_select.plan_path_text(parse_ident(k.key)) = path
        ORDER BY dup_select.plan_path_text(parse_ident(k.key)) = path DESC
        LIMIT 1);
BEGIN
    IF jsonb_typeof(v_wish) = 'string' THEN
        index_name := (parse_ident(v_wish #>> '{}'))[1];
    ELSIF jsonb_typeof(v_wish) = 'array' AND v_wish <> '[]'
        AND NOT jsonb_path_exists(v_wish, '$[*] ? (@.type() <> "string")')
    THEN
        columns := ARRAY(SELECT DISTINCT (parse_ident(e.name))[1] FROM jsonb_array_elements_text(v_wish) AS e (name));
    ELSIF v_wish IS NOT NULL THEN
        RAISE EXCEPTION 'natural_keys gives % as a key', v_wish USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give the name of a unique index, or columns: {"a_schema.a_table": ["a_column", "another"]}.';
    END IF;
END
$$;

ALTER FUNCTION dup_select.mapping_natural_key(jsonb, oid, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.mapping_natural_key(jsonb, oid, text) IS
    'The index, or the columns, that natural_keys names for a table or path. NULL where it names none. Errors: 22023.';
REVOKE ALL ON FUNCTION dup_select.mapping_natural_key(jsonb, oid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.mapping_natural_key(jsonb, oid, text) TO PUBLIC;
