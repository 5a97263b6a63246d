SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- What the statements of put_schema are made of. Two names stand for rows everywhere: s is one of the source, as the target takes
-- it, t one of the target. No column of s is named like one of t, so that an expression over bare columns means those of t.

-- The rows of a table, as the target takes them, with what is known of them, under an alias.
CREATE FUNCTION dup_select_private.known_rows("table" dup_select_private.schema_table, alias text DEFAULT 's') RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN CASE
        WHEN NOT "table".whole THEN dup_select_private.schema_rows("table", false, true, alias)
        WHEN "table".drawn = '{}' THEN format('pg_temp.%I AS %I', "table".found, alias)
        ELSE format(
'(
    SELECT %s
    FROM pg_temp.%I AS f
    JOIN pg_temp.%I AS m ON m.put__row OPERATOR(pg_catalog.=) f.%I
) AS %I',
            dup_select_private.lines(
                ARRAY(SELECT format('f.%I', n)
                      FROM unnest(ARRAY["table".row, "table".existing, "table".first]
                                      || "table".differs
                                      || ARRAY(SELECT c.held FROM unnest("table".columns) c)) WITH ORDINALITY AS u (n, place)
                      WHERE n IS NOT NULL ORDER BY u.place)
                    || dup_select_private.mapped_keys("table"), ', ', 8),
            "table".found, "table".map, "table".row, alias)
    END;
END
$$;

-- What the map m of a table says of a row, called as in the found table.
CREATE FUNCTION dup_select_private.mapped_keys("table" dup_select_private.schema_table) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN ARRAY(SELECT format('m.%I AS %I', r.map, r.own)
                 FROM ROWS FROM (unnest("table".map_new), unnest("table".new_names)) WITH ORDINALITY AS r (map, own, n)
                 ORDER BY r.n);
END
$$;

-- Which rows of a table are there, and which are the same as another, in a FROM clause, as m.
CREATE FUNCTION dup_select_private.known_item("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN CASE
        WHEN "table".whole THEN format(
            '(SELECT f.%I AS put__row, f.%I AS existing, f.%I AS same_as FROM pg_temp.%I AS f) AS m',
            "table".row, "table".existing, "table".first, "table".found)
        ELSE format('pg_temp.%I AS m', "table".map)
    END;
END
$$;

-- The rows of a table, as the target takes them, under an alias: references go through the maps. keys: as they are looked for,
-- with what they are referred to by in the source; where not all maps are there yet, references that the natural key does without
-- stay as they are. mapped: with what the own map says of a row. condition: of rows w.
CREATE FUNCTION dup_select_private.schema_rows(
    "table" dup_select_private.schema_table, keys boolean, mapped boolean, alias text DEFAULT 's', condition text DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_values text[] := ARRAY[format('w.%I', "table".row)];
    v_joins  text   := '';
    v_column dup_select_private.schema_column;
    v_found  text;
BEGIN
    FOREACH v_column IN ARRAY "table".columns LOOP
        v_found := NULL;
        FOR v_n IN 1 .. cardinality("table".links) LOOP
            IF ("table".links[v_n])."table" IS NOT NULL AND (NOT keys OR "table".whole OR ("table".links[v_n]).in_key) THEN
                v_found := nullif(concat_ws(
                    ', ', v_found, dup_select_private.mapped_value("table".links[v_n], v_n, v_column.name)), '');
            END IF;
        END LOOP;
        v_values := v_values || CASE WHEN v_found IS NULL THEN format('w.%I', v_column.held)
                                     ELSE format('coalesce(%s, w.%I) AS %2$I', v_found, v_column.held) END;
    END LOOP;
    FOR v_n IN 1 .. cardinality("table".links) LOOP
        IF ("table".links[v_n])."table" IS NOT NULL AND (NOT keys OR "table".whole OR ("table".links[v_n]).in_key) THEN
            v_joins := concat(v_joins, chr(10), '    ', dup_select_private.map_join("table".links[v_n], v_n));
        END IF;
    END LOOP;
    IF keys THEN
        v_values := v_values || ARRAY(SELECT dup_select_private.old_value("table", n)
                                      FROM generate_subscripts("table".referred, 1) n ORDER BY n);
        IF "table".dangles IS NOT NULL THEN
            v_values := v_values || dup_select_private.dangling_link("table");
        END IF;
    END IF;
    IF mapped THEN
        v_values := v_values || format('m.existing AS %I', "table".existing) || format('m.same_as AS %I', "table".first)
            || dup_select_private.mapped_keys("table");
        v_joins := concat(v_joins, format(chr(10) || '    JOIN pg_temp.%I AS m ON m.put__row OPERATOR(pg_catalog.=) w.%I',
                                          "table".map, "table".row));
    END IF;
    RETURN format(
'(
    SELECT %s
    FROM pg_temp.%I AS w%s%s
) AS %I',
        dup_select_private.lines(v_values, ', ', 8), "table".work, v_joins, chr(10) || '    WHERE ' || condition, alias);
END
$$;

-- The number of the first link of a row w by which the map of the parent has no row.
CREATE FUNCTION dup_select_private.dangling_link("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format('CASE %s END AS %I', string_agg(format('WHEN %s THEN %s', dup_select_private.indented(
                   dup_select_private.is_dangling("table".links[n], 'w', format('r%s.put__row IS NULL', n)), 8), n),
                   chr(10) || '            ' ORDER BY n), "table".dangles)
        FROM generate_subscripts("table".links, 1) n
        WHERE ("table".links[n])."table" IS NOT NULL);
END
$$;

-- A value by which a row w is referred to in the source, before references in it are followed.
CREATE FUNCTION dup_select_private.old_value("table" dup_select_private.schema_table, n integer) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format('%s AS %I',
                      coalesce((SELECT format('w.%I', c.held) FROM unnest("table".columns) c WHERE c.name = "table".referred[n]),
                               (SELECT format('NULL::%s', c.type) FROM unnest((("table".level).facts).columns) c
                                WHERE c.name = "table".referred[n])),
                      "table".old_names[n]));
END
$$;

-- What the map of a parent has for a column. NULL where that is none of its key.
CREATE FUNCTION dup_select_private.mapped_value(link dup_select_private.schema_link, n integer, column_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
    v_place integer := array_position(link.columns, column_name);
BEGIN
    RETURN CASE WHEN v_place IS NULL THEN NULL
                WHEN link.casts[v_place] IS NULL THEN format('r%s.%I', n, link.map_new[v_place])
                ELSE format('CAST(r%s.%I AS %s)', n, link.map_new[v_place], link.casts[v_place]) END;
END
$$;

-- The join with the map of a parent.
CREATE FUNCTION dup_select_private.map_join(link dup_select_private.schema_link, n integer) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format('LEFT JOIN %s AS r%s ON %s%s', link.map, n,
                      string_agg(format('r%s.%I %s w.%I', map_join.n, k.old, k.operator, k.held), ' AND ' ORDER BY k.place),
                      CASE WHEN link.first_only THEN format(' AND r%s.same_as IS NULL', n) END)
        FROM ROWS FROM (unnest(link.map_old), unnest(link.operators), unnest(link.held))
            WITH ORDINALITY AS k (old, operator, held, place));
END
$$;

-- The target in a FROM clause, as t. Where no unique index keeps it so, one row of each natural key, the same one every time.
CREATE FUNCTION dup_select_private.target_item("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level dup_select_private.plan_level := "table".level;
    v_item  text := dup_select_private.from_item(v_level.facts, 't');
BEGIN
    RETURN CASE
        WHEN (v_level.key).parts IS NULL OR (v_level.key).index_name IS NOT NULL THEN v_item
        ELSE format('(SELECT DISTINCT ON (%s) tableoid, * FROM %s ORDER BY %1$s%3$s) AS t',
                    (SELECT string_agg(k.expression, ', ' ORDER BY k.n) FROM unnest("table".key) k), v_item,
                    (SELECT string_agg(format(', t.%I', c), '') FROM unnest((v_level.facts).primary_key) c))
    END;
END
$$;

-- Text of a jsonb of what the source has in a row s, an object for 40 columns at a time: a function takes 100 arguments.
CREATE FUNCTION dup_select_private.row_json("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT string_agg(format('pg_catalog.jsonb_build_object(%s)', o.pairs), ' OPERATOR(pg_catalog.||) ' ORDER BY o.part)
        FROM (SELECT (c.place - 1) / 40 AS part,
                     dup_select_private.lines(array_agg(format('%L, s.%I', c.name, c.held) ORDER BY c.place), ', ', 8) AS pairs
              FROM (SELECT c.name, c.held, row_number() OVER (ORDER BY c.number) AS place FROM unnest("table".columns) c) c
              GROUP BY 1) o);
END
$$;

-- Statement that puts aside the rows s which break a rule. NULL where there is no rule.
CREATE FUNCTION dup_select_private.put_aside("table" dup_select_private.schema_table, rules text[], broken text[]) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format(
    'WITH bad AS (
    DELETE FROM pg_temp.%I AS s
    WHERE %s
    RETURNING s.%I AS row_number, %s AS rule,
        %s AS "row"
)
INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, "row")
SELECT %s, bad.row_number, bad.rule, bad."row" FROM bad',
            "table".work, array_to_string(broken, chr(10) || '        OR '), "table".row,
            CASE WHEN cardinality(rules) = 1 THEN format('%L::pg_catalog.text', rules[1])
                 ELSE format('CASE %s END', (
                     SELECT dup_select_private.lines(array_agg(format('WHEN %s THEN %L', r.broken, r.rule) ORDER BY r.n), ' ', 12)
                     FROM unnest(rules, broken) WITH ORDINALITY AS r (rule, broken, n))) END,
            dup_select_private.row_json("table"), "table".reported)
        WHERE rules <> '{}');
END
$$;

-- Condition under which two values of a column are equal.
CREATE FUNCTION dup_select_private.same_value("column" dup_select_private.schema_column, a text, b text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    RETURN CASE WHEN "column".equality IS NULL
                THEN format('%s::pg_catalog.text OPERATOR(pg_catalog.=) %s::pg_catalog.text', a, b)
                ELSE concat_ws(' ', a, "column".equality, b) END;
END
$$;
