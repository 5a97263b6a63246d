SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- A path as it is written in a mapping.
CREATE FUNCTION dup_select_private.path_text(path text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT coalesce(string_agg(quote_ident(e.element), '.' ORDER BY e.n), '')
        FROM unnest(path) WITH ORDINALITY AS e (element, n));
END
$$;

-- The name, or one that is as short as identifiers must be.
CREATE FUNCTION dup_select_private.identifier(name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE WHEN octet_length(name) <= 63 THEN name ELSE concat(left(name, 7), '_', md5(name)) END);
END
$$;

-- The name that is wanted, or, where it is taken, one like it that is not.
CREATE FUNCTION dup_select_private.free_name(wanted text, taken text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
    v_name text := dup_select_private.identifier(wanted);
    v_n    integer := 1;
BEGIN
    WHILE v_name = ANY (taken) LOOP
        v_n := v_n + 1;
        v_name := dup_select_private.identifier(concat(wanted, '_', v_n));
    END LOOP;
    RETURN v_name;
END
$$;

-- Those names that are wanted, or, where one is taken or there before, one like it for each.
CREATE FUNCTION dup_select_private.free_names(wanted text[], taken text[]) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
    v_names text[] := ARRAY(SELECT dup_select_private.identifier(w.name) FROM unnest(wanted) WITH ORDINALITY AS w (name, n)
                            ORDER BY w.n);
    v_taken text[] := taken || v_names;
    v_n     integer;
BEGIN
    FOR v_n IN
        SELECT w.n
        FROM (SELECT w.*, row_number() OVER (PARTITION BY w.name ORDER BY w.n) AS time
              FROM unnest(v_names) WITH ORDINALITY AS w (name, n)) w
        WHERE w.time > 1 OR EXISTS (SELECT FROM unnest(taken) t WHERE t = w.name)
        ORDER BY w.n
    LOOP
        v_names[v_n] := dup_select_private.free_name(wanted[v_n], v_taken);
        v_taken := v_taken || v_names[v_n];
    END LOOP;
    RETURN v_names;
END
$$;

-- The column of NEW, as a trigger function names it. PL/pgSQL has reserved words of its own, which quote_ident leaves bare.
CREATE FUNCTION dup_select_private.new_column(column_name text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT concat('NEW.', CASE
        WHEN column_name IN ('begin', 'by', 'declare', 'execute', 'foreach', 'if', 'loop', 'strict', 'while')
            THEN format('"%s"', column_name)
        ELSE quote_ident(column_name)
    END)
$$;

-- A list of columns, quoted where they must be. NULL where there is none.
CREATE FUNCTION dup_select_private.name_list(names text[]) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT pg_catalog.string_agg(pg_catalog.quote_ident(u.name), ', ' ORDER BY u.n)
        FROM pg_catalog.unnest(names) WITH ORDINALITY AS u (name, n));
END
$$;

-- Items on lines of some 95 characters.
CREATE FUNCTION dup_select_private.lines(items text[], separator text, indent integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
    v_text text := '';
    v_line text := '';
    v_item text;
BEGIN
    FOR v_n IN 1 .. cardinality(items) LOOP
        v_item := items[v_n] || CASE WHEN v_n < cardinality(items) THEN rtrim(separator) ELSE '' END;
        IF v_line = '' THEN
            v_line := v_item;
        ELSIF indent + length(v_line) + length(v_item) < 95 THEN
            v_line := v_line || ' ' || v_item;
        ELSE
            v_text := v_text || v_line || chr(10) || repeat(' ', indent);
            v_line := v_item;
        END IF;
    END LOOP;
    RETURN v_text || v_line;
END
$$;

-- Quotes for a text: $$, or what it does not hold. The server has quote_literal() alone, which doubles each quote of a body.
CREATE FUNCTION dup_select_private.free_quote(body text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
    v_quote text := '$' || '$';
BEGIN
    WHILE strpos(body, v_quote) > 0 LOOP
        v_quote := concat('$x', substr(v_quote, 2));
    END LOOP;
    RETURN v_quote;
END
$$;

-- Text of a PL/pgSQL block that is run.
CREATE FUNCTION dup_select_private.do_block(body text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT format('DO %1$s%2$s%1$s', dup_select_private.free_quote(body), body)
$$;

-- Text with all its lines but the first moved to the right.
CREATE FUNCTION dup_select_private.indented(text text, columns integer) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT replace(text, chr(10), chr(10) || repeat(' ', columns))
$$;
