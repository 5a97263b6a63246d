-- PL/pgSQL has reserved words of its own, which quote_ident leaves bare.
CREATE OR REPLACE FUNCTION dup_select.plan_new(column_name text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT concat('NEW.', CASE
        WHEN column_name IN ('begin', 'by', 'declare', 'execute', 'foreach', 'if', 'loop', 'strict', 'while')
            THEN format('"%s"', column_name)
        ELSE quote_ident(column_name)
    END)
$$;

ALTER FUNCTION dup_select.plan_new(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_new(text) IS
    'The column of NEW, as a trigger function names it.';
REVOKE ALL ON FUNCTION dup_select.plan_new(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_new(text) TO PUBLIC;
