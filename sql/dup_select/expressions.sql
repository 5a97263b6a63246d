SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- An expression as pg_get_expr or pg_get_indexdef print it (not pretty) under search_path = pg_catalog, with all names in full.
-- What the server prints under search_path = pg_catalog names functions, operators and types of other schemas in full, and its
-- own bare. Run under the caller's path, a bare name may mean an overload in a schema of the path. Parentheses tell how the text
-- is to be read, since OPERATOR() has one precedence for all: the text must not be a pretty one.
CREATE FUNCTION dup_select_private.qualified(expression text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF expression IS NULL THEN
        RETURN NULL;
    END IF;
    RETURN (
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
                WHEN t.after = '(' AND t.token !~ '^::' AND dup_select_private.is_builtin_function(t.name)
                    AND NOT EXISTS (SELECT FROM pg_get_keywords() AS k WHERE k.word = lower(t.token) AND k.catcode <> 'U')
                    THEN concat('pg_catalog.', t.token)
                ELSE t.token
            END, '' ORDER BY t.n)
        FROM tokens t);
END
$$;

CREATE TYPE dup_select_private.value AS (text text, closed boolean);
COMMENT ON TYPE dup_select_private.value IS 'What a row holds in a column, as text.';
COMMENT ON COLUMN dup_select_private.value.closed IS
    'It needs no parentheses in an expression: a name, a call, a literal, a cast of one.';

-- The expression with values in the place of columns. lower(name) becomes lower(NEW.country) where words can be told apart
-- without parsing, and else (SELECT lower(name) FROM (SELECT NEW.country) AS given (name)), which is always right. Text is looked
-- at here because the server prints expressions and has no function that puts something in the place of their columns.
CREATE FUNCTION dup_select_private.substitute(expression text, names text[], "values" dup_select_private.value[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
    v_text  text := expression;
    v_mark  text;
    v_value dup_select_private.value;
BEGIN
    IF names <> '{}' AND expression ~ '[''"]|=>|EXTRACT[(]' OR EXISTS (
        SELECT FROM unnest(names) AS n (name)
        WHERE n.name !~ '^[a-z_][a-z0-9_]*$' OR n.name IN ('time', 'zone', 'with', 'without', 'varying', 'precision'))
    THEN
        RETURN (SELECT format('(SELECT %s FROM (SELECT %s) AS given (%s))', expression,
                              string_agg(n.value, ', ' ORDER BY n.n), string_agg(quote_ident(n.name), ', ' ORDER BY n.n))
                FROM ROWS FROM (unnest(names), unnest("values")) WITH ORDINALITY AS n (name, value, closed, n));
    END IF;
    -- First all names to numbers, then all numbers to values: a value may hold a name.
    FOR v_n IN 1 .. cardinality(names) LOOP
        v_text := regexp_replace(v_text, format('(?<![[:alnum:]_.:$])%s(?![[:alnum:]_.($])', names[v_n]),
            chr(1) || v_n || chr(2), 'g');
    END LOOP;
    FOR v_n IN 1 .. cardinality(names) LOOP
        v_mark := chr(1) || v_n || chr(2);
        v_value := "values"[v_n];
        v_text := replace(v_text, v_mark || '[', format('(%s)[', v_value.text)); -- the grammar has no subscript of a call
        v_text := replace(v_text, v_mark, CASE WHEN v_value.closed THEN v_value.text ELSE format('(%s)', v_value.text) END);
    END LOOP;
    RETURN v_text;
END
$$;

-- Text of a value that is the default where it is NULL. A literal goes without the type that the server prints it with, which
-- nothing but its text tells from it: coalesce() gives it that of the value.
CREATE FUNCTION dup_select_private.with_default(value text, fallback text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT format('coalesce(%s, %s)', value, coalesce(substring(fallback FROM '^(''[^'']*'')::[^''()]+$'), fallback))
$$;

-- The expression, cast to a type where one is given. NULL where there is no expression.
CREATE FUNCTION dup_select_private.cast_to(expression text, type text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT CASE WHEN type IS NULL THEN expression ELSE format('CAST(%s AS %s)', expression, type) END
    WHERE expression IS NOT NULL
$$;
