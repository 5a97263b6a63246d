CREATE OR REPLACE FUNCTION dup_select.plan_path_text(path text[]) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT coalesce(string_agg(quote_ident(e.element), '.' ORDER BY e.n), '') FROM unnest(path) WITH ORDINALITY AS e (element, n)
$$;

ALTER FUNCTION dup_select.plan_path_text(text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_path_text(text[]) IS
    'A path as it is written in a mapping.';
REVOKE ALL ON FUNCTION dup_select.plan_path_text(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_path_text(text[]) TO PUBLIC;
