CREATE OR REPLACE FUNCTION dup_select.name_list(names text[]) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(u.name), ', ' ORDER BY u.n)
    FROM pg_catalog.unnest(names) WITH ORDINALITY AS u (name, n)
$$;

ALTER FUNCTION dup_select.name_list(text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.name_list(text[]) IS
    'A list of columns, quoted where they must be. NULL where there is none.';
REVOKE ALL ON FUNCTION dup_select.name_list(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.name_list(text[]) TO PUBLIC;
