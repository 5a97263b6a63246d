-- lower(name) becomes lower(NEW.country) where words can be told apart without parsing, and else
-- (SELECT lower(name) FROM (SELECT NEW.country) AS given (name)), which is always right.
CREATE OR REPLACE FUNCTION dup_select.plan_substitute(expression text, names text[], "values" text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
    v_text text := expression;
BEGIN
    IF expression ~ '[''"]|=>|EXTRACT[(]' OR EXISTS (
        SELECT FROM unnest(names) AS n (name)
        WHERE n.name !~ '^[a-z_][a-z0-9_]*$' OR n.name IN ('time', 'zone', 'with', 'without', 'varying', 'precision'))
    THEN
        RETURN format('(SELECT %s FROM (SELECT %s) AS given (%s))', expression, array_to_string("values", ', '),
            (SELECT string_agg(quote_ident(n.name), ', ' ORDER BY n.position)
             FROM unnest(names) WITH ORDINALITY AS n (name, position)));
    END IF;
    -- First all names to numbers, then all numbers to values: a value may hold a name.
    FOR v_n IN 1 .. cardinality(names) LOOP
        v_text := regexp_replace(v_text, format('(?<![[:alnum:]_.:$])%s(?![[:alnum:]_.($])', names[v_n]),
            chr(1) || v_n || chr(2), 'g');
    END LOOP;
    FOR v_n IN 1 .. cardinality(names) LOOP
        v_text := replace(v_text, chr(1) || v_n || chr(2), CASE
            WHEN "values"[v_n] ~ '^(NULL::[a-z ]+|[[:alnum:]_.]+|[[:alnum:]_]+[(][^()]*[)])$' THEN "values"[v_n]
            ELSE format('(%s)', "values"[v_n])
        END);
    END LOOP;
    RETURN v_text;
END
$$;

ALTER FUNCTION dup_select.plan_substitute(text, text[], text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_substitute(text, text[], text[]) IS
    'The expression with values in the place of columns.';
REVOKE ALL ON FUNCTION dup_select.plan_substitute(text, text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_substitute(text, text[], text[]) TO PUBLIC;
