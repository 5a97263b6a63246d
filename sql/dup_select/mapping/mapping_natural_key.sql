CREATE OR REPLACE FUNCTION dup_select.mapping_natural_key(natural_keys jsonb, relation oid, path text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT (parse_ident(k.value))[1]
    FROM jsonb_each_text(natural_keys) AS k
    JOIN pg_class c ON c.oid = relation
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE parse_ident(k.key) IN (ARRAY[c.relname::text], ARRAY[n.nspname::text, c.relname::text])
       OR dup_select.plan_path_text(parse_ident(k.key)) = path
    ORDER BY dup_select.plan_path_text(parse_ident(k.key)) = path DESC
    LIMIT 1
$$;

ALTER FUNCTION dup_select.mapping_natural_key(jsonb, oid, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.mapping_natural_key(jsonb, oid, text) IS
    'The index that natural_keys names for a table or path. NULL where it names none.';
REVOKE ALL ON FUNCTION dup_select.mapping_natural_key(jsonb, oid, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.mapping_natural_key(jsonb, oid, text) TO PUBLIC;
