-- What the server prints under search_path = pg_catalog names functions, operators and types of other schemas in full, and its
-- own bare. Run under the caller's path, a bare name may mean an overload in a schema of the path. Parentheses tell how the text
-- is to be read, since OPERATOR() has one precedence for all: the text must not be a pretty one.
CREATE OR REPLACE FUNCTION dup_select.plan_qualified(expression text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH tokens AS (
        SELECT t.match[1] AS token, t.n, lag(t.match[1]) OVER w AS before, lag(t.match[1], 2) OVER w AS before_that,
               lead(t.match[1]) OVER w AS after, translate(t.match[1], ':"', '') AS name
        FROM regexp_matches(expression, concat(
                '([eEbBxX]?''(?:[^'']|'''')*''', -- a string
                '|OPERATOR[(](?:"(?:[^"]|"")*"|[^".()]+)[.][-+*/<>=~!@#%^&|`?]+[)]',
                '|(?:::)?(?:"(?:[^"]|"")*"|[A-Za-z_][A-Za-z0-9_$]*)', -- a type, a name
                '|[0-9]+(?:[.][0-9]*)?(?:[eE][-+]?[0-9]+)?',
                '|[-+*/<>=~!@#%^&|`?]+', -- an operator
                '|.)'), 'g') WITH ORDINALITY AS t (match, n)
        WINDOW w AS (ORDER BY t.n)
    )
    SELECT string_agg(CASE
            WHEN t.token ~ '^[-+*/<>=~!@#%^&|`?]+$' AND t.token <> '=>' THEN format('OPERATOR(pg_catalog.%s)', t.token)
            WHEN t.before = '.' OR t.after = '.' OR t.token !~ '^(::)?["A-Za-z_]' OR t.token ~ '''' THEN t.token
            WHEN t.before_that = 'COLLATE' THEN concat('pg_catalog.', t.token)
            -- Words of the grammar are looked up nowhere: coalesce(), timestamp without time zone.
            WHEN t.token ~ '^::' AND t.token <> '::double' AND NOT EXISTS (
                SELECT FROM pg_get_keywords() AS k WHERE k.word = substr(t.token, 3) AND k.catcode = 'C')
                THEN concat('::pg_catalog.', substr(t.token, 3))
            WHEN t.after = '(' AND t.token !~ '^::' AND EXISTS (
                    SELECT FROM pg_proc p WHERE p.proname = t.name AND p.pronamespace = 'pg_catalog'::regnamespace)
                AND NOT EXISTS (SELECT FROM pg_get_keywords() AS k WHERE k.word = lower(t.token) AND k.catcode <> 'U')
                THEN concat('pg_catalog.', t.token)
            ELSE t.token
        END, '' ORDER BY t.n)
    FROM tokens t
$$;

ALTER FUNCTION dup_select.plan_qualified(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_qualified(text) IS
    'An expression as pg_get_expr or pg_get_indexdef print it (not pretty) under search_path = pg_catalog, with '
    'all names in full.';
REVOKE ALL ON FUNCTION dup_select.plan_qualified(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_qualified(text) TO PUBLIC;
