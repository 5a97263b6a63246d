SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The first two steps of put_schema: the rows of the source are read as the target takes them, and those that it does not take
-- are put aside, before anything is written.

-- Statements that read a table.
CREATE FUNCTION dup_select_private.read_statements("table" dup_select_private.schema_table) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_numbers text := dup_select_private.row_numbers("table");
    v_insert  text; -- a template: the numbers and the rows are yet to come
BEGIN
    RETURN NEXT format(
'CREATE TEMPORARY TABLE %I (
    %I pg_catalog.int8,
    %s
) ON COMMIT DROP',
        "table".work, "table".row,
        (SELECT string_agg(c.declared, ',' || chr(10) || '    ' ORDER BY c.number) FROM unnest("table".columns) c));
    v_insert := format(
'INSERT INTO pg_temp.%s (
    %s)
SELECT %%s,
    %s
FROM %%s',
        replace(quote_ident("table".work), '%', '%%'),
        (SELECT replace(dup_select_private.lines(
                     quote_ident("table".row) || array_agg(quote_ident(c.held) ORDER BY c.number), ', ', 4), '%', '%%')
         FROM unnest("table".columns) c),
        (SELECT replace(dup_select_private.lines(array_agg(c.source ORDER BY c.number), ', ', 4), '%', '%%')
         FROM unnest("table".columns) c));
    RETURN NEXT CASE WHEN EXISTS (SELECT FROM unnest("table".columns) c WHERE NOT c.direct)
                     THEN dup_select_private.read_with_casts("table", v_numbers, v_insert)
                     ELSE format(v_insert, v_numbers, "table".source_item) END;
    RETURN NEXT format(
'INSERT INTO pg_temp.put_report (table_name, rows_in)
SELECT %s, (SELECT pg_catalog.count(*) FROM pg_temp.%I) OPERATOR(pg_catalog.+) pg_catalog.count(*)
FROM pg_temp.put_rejects AS r WHERE r.table_name OPERATOR(pg_catalog.=) %1$s', "table".reported, "table".work);
END
$$;

-- Statement that gathers statistics of what rows are looked up by: all columns would take as long as reading the rows.
CREATE FUNCTION dup_select_private.analyze_work("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format('ANALYZE pg_temp.%I (%s)', "table".work, dup_select_private.lines(
            ARRAY(SELECT quote_ident(h) FROM (
                      SELECT "table".row
                      UNION
                      SELECT h FROM unnest("table".links) l CROSS JOIN unnest(l.held) h WHERE l."table" IS NOT NULL
                      UNION
                      SELECT c.held FROM unnest("table".columns) c JOIN jsonb_array_elements("table".referrers) r ON r ? c.name
                  ) u (h) ORDER BY h), ', ', 4)));
END
$$;

-- Numbers for the rows of the source, in the order that the mapping gives, or as they come: which of two that are one has the
-- lower key is asked only where there are such. To sort all by their keys takes a twentieth of the time where they exist.
CREATE FUNCTION dup_select_private.row_numbers("table" dup_select_private.schema_table) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT format('pg_catalog.row_number() OVER (%s)', 'ORDER BY ' || "table".order_by)
$$;

-- A block that reads a table with values of other types than the target's. What does not cast is found by halving, among rows
-- numbered by an INSERT as before: CREATE TABLE AS may read them by several processes, which is another order.
CREATE FUNCTION dup_select_private.read_with_casts("table" dup_select_private.schema_table, numbers text, reading text)
RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_body text;
BEGIN
    v_body := format('
DECLARE
    v_from   pg_catalog.int8[] := ''{1}'';
    v_to     pg_catalog.int8[];
    v_first  pg_catalog.int8;
    v_last   pg_catalog.int8;
    v_column pg_catalog.int4;
    v_rule   pg_catalog.text;
    v_detail pg_catalog.text;
BEGIN
    %1$s;
EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
    -- Some row does not cast. Which, halving tells.
    CREATE TEMPORARY TABLE %2$I ON COMMIT DROP AS
    SELECT %3$s AS %4$I, input.* FROM %5$s WITH NO DATA;
    INSERT INTO pg_temp.%2$I SELECT %3$s, input.* FROM %5$s;
    CREATE INDEX ON pg_temp.%2$I (%4$I);
    v_to := ARRAY(SELECT pg_catalog.count(*) FROM pg_temp.%2$I);
    WHILE pg_catalog.cardinality(v_to) OPERATOR(pg_catalog.>) 0 LOOP
        v_first := v_from[pg_catalog.cardinality(v_from)];
        v_last := v_to[pg_catalog.cardinality(v_to)];
        v_from := pg_catalog.trim_array(v_from, 1);
        v_to := pg_catalog.trim_array(v_to, 1);
        BEGIN
            %6$s
            WHERE input.%4$I OPERATOR(pg_catalog.>=) v_first AND input.%4$I OPERATOR(pg_catalog.<=) v_last;
        EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
            IF v_first OPERATOR(pg_catalog.<) v_last THEN
                v_from := v_from OPERATOR(pg_catalog.||) ARRAY[
                    (v_first OPERATOR(pg_catalog.+) v_last) OPERATOR(pg_catalog./) 2 OPERATOR(pg_catalog.+) 1, v_first];
                v_to := v_to OPERATOR(pg_catalog.||) ARRAY[
                    v_last, (v_first OPERATOR(pg_catalog.+) v_last) OPERATOR(pg_catalog./) 2];
                CONTINUE;
            END IF;
            v_rule := ''does not cast'';
            v_detail := SQLERRM;
            FOR v_column IN 1 .. %7$s LOOP
                BEGIN
                    EXECUTE pg_catalog.format(
                        %14$L,
                        (%9$L::pg_catalog.text[])[v_column], (%10$L::pg_catalog.text[])[v_column], v_first);
                    DELETE FROM pg_temp.%8$I AS s WHERE s.%4$I IS NULL;
                EXCEPTION WHEN data_exception OR integrity_constraint_violation THEN
                    v_rule := (%11$L::pg_catalog.text[])[v_column];
                    v_detail := SQLERRM;
                    EXIT;
                END;
            END LOOP;
            INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, detail, "row")
            SELECT %12$s, v_first, v_rule, v_detail, pg_catalog.to_jsonb(input) OPERATOR(pg_catalog.-) %13$L
            FROM pg_temp.%2$I AS input WHERE input.%4$I OPERATOR(pg_catalog.=) v_first;
        END;
    END LOOP;
END
',
        dup_select_private.indented(format(reading, numbers, "table".source_item), 4),
        "table".raw, numbers, "table".row, "table".source_item,
        dup_select_private.indented(format(reading, format('input.%I', "table".row),
                                           format('pg_temp.%I AS input', "table".raw)), 12),
        count(*), "table".work, array_agg(c.held ORDER BY c.number), array_agg(c.source ORDER BY c.number),
        array_agg(format('%s does not cast to %s', quote_ident(c.name), coalesce(c.domain, c.type)) ORDER BY c.number),
        "table".reported, "table".row, format(
            'INSERT INTO pg_temp.%s (%%I) SELECT %%s FROM pg_temp.%s AS input WHERE input.%I OPERATOR(pg_catalog.=) %%s',
            replace(quote_ident("table".work), '%', '%%'), replace(quote_ident("table".raw), '%', '%%'), "table".row))
    FROM unnest("table".columns) c
    WHERE NOT c.direct;
    RETURN dup_select_private.do_block(v_body);
END
$$;

-- Rules that a row can be held against by itself, as conditions under which it breaks them. late: those that must wait until
-- references have got their values, and numbers are drawn.
CREATE FUNCTION dup_select_private.row_rules("table" dup_select_private.schema_table, late boolean)
RETURNS TABLE (n bigint, rule text, broken text)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level  dup_select_private.plan_level := CASE WHEN late THEN dup_select_private.known_level("table") ELSE "table".level END;
    v_facts  dup_select_private.table_facts := v_level.facts;
    v_linked text[] := ARRAY(SELECT c FROM unnest("table".links) l CROSS JOIN unnest(l.columns) c WHERE l."table" IS NOT NULL)
                    || ARRAY(SELECT d.name FROM unnest("table".drawn) d);
BEGIN
    IF NOT late THEN
        RETURN QUERY
            SELECT (c.facts).number::bigint, format('%s is missing', quote_ident((c.facts).name)),
                   format('%s IS NULL', dup_select_private.reference(c.slot))
            FROM unnest(v_level.columns) c
            WHERE (c.facts).required AND (c.facts).expression IS NULL;
    END IF;
    RETURN QUERY
        SELECT 10000 + row_number() OVER (ORDER BY k.part, k.name COLLATE "C"),
               CASE k.part WHEN 1 THEN format('violates %s', quote_ident(k.name)) ELSE 'is of no partition' END,
               format(CASE k.part WHEN 1 THEN 'NOT (%s)' ELSE '(%s) IS NOT TRUE' END,
                      dup_select_private.evaluate(v_level, k.expression, k.columns))
        FROM (SELECT 1 AS part, c.* FROM dup_select_private.checks_of(v_facts.id) c
              UNION ALL
              SELECT 2, '', p.expression, p.columns FROM dup_select_private.partitions_of(v_facts.id, v_facts.columns) p) k
        WHERE late = EXISTS (
            SELECT FROM unnest(v_facts.columns) c
            WHERE c.name = ANY (v_linked)
                AND c.number = ANY (k.columns || ARRAY(SELECT unnest(g.expression_columns) FROM unnest(v_facts.columns) g
                                                       WHERE g.generated AND g.number = ANY (k.columns))));
END
$$;

-- The level as it is when references have got their values and numbers are drawn: keys are those of the map.
CREATE FUNCTION dup_select_private.known_level("table" dup_select_private.schema_table) RETURNS dup_select_private.plan_level
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level  dup_select_private.plan_level := "table".level;
    v_column dup_select_private.plan_column;
BEGIN
    v_level.columns := '{}';
    FOR v_column IN
        SELECT c.*
        FROM unnest(("table".level).columns) c
        UNION ALL
        SELECT f, NULL, NULL, false, false, NULL, NULL, NULL::dup_select_private.slot, false
        FROM unnest((v_level.facts).columns) f JOIN unnest("table".drawn) d ON d.name = f.name
    LOOP
        IF (v_column.facts).name = ANY ("table".referred) THEN
            v_column.slot := ROW('s', "table".new_names[array_position("table".referred, (v_column.facts).name)]);
        END IF;
        v_level.columns := v_level.columns || v_column;
    END LOOP;
    RETURN v_level;
END
$$;

-- Statements that put aside what is bad about a table's rows by themselves.
CREATE FUNCTION dup_select_private.check_statements("table" dup_select_private.schema_table) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN QUERY
        SELECT p.statement
        FROM (SELECT 1 AS part, '' AS name, dup_select_private.put_aside(
                  "table", coalesce(array_agg(r.rule ORDER BY r.n), '{}'),
                  coalesce(array_agg(r.broken ORDER BY r.n), '{}')) AS statement
              FROM dup_select_private.row_rules("table", false) r
              UNION ALL
              SELECT 2, u.names::text, dup_select_private.put_aside(
                  "table", ARRAY[format('%s is there twice', dup_select_private.name_list(u.names))],
                  ARRAY[dup_select_private.is_twice("table", u.names)])
              FROM dup_select_private.own_numbers("table") u (names)
              UNION ALL
              SELECT 3, '', dup_select_private.put_aside(
                  "table", ARRAY['refers to itself in a circle'], ARRAY[dup_select_private.is_circular("table")])
              WHERE "table".is_tree) p
        WHERE p.statement IS NOT NULL
        ORDER BY p.part, p.name;
END
$$;

-- Sets of columns by which rows of the source are referred to and which nothing keeps from being used twice: no unique index
-- there, nor the natural key, by which two rows are one.
CREATE FUNCTION dup_select_private.own_numbers("table" dup_select_private.schema_table) RETURNS SETOF text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN QUERY
        SELECT u.names
        FROM (SELECT (("table".level).facts).primary_key AS names
              UNION
              SELECT ARRAY(SELECT jsonb_array_elements_text(r.value)) FROM jsonb_array_elements("table".referrers) r) u
        WHERE u.names <> '{}'
            AND NOT ("table".plain_key AND u.names @> "table".key_columns AND u.names <@ "table".key_columns)
            AND array_position(dup_select_private.held_of("table".columns, u.names), NULL) IS NULL
            AND NOT dup_select_private.is_unique("table".source, ARRAY(
                SELECT dup_select_private.input_of(c.given) FROM unnest("table".columns) c WHERE c.name = ANY (u.names)));
END
$$;

-- Condition on rows s whose number others have, too.
CREATE FUNCTION dup_select_private.is_twice("table" dup_select_private.schema_table, names text[]) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format(
'EXISTS (
        SELECT
        FROM (SELECT %1$s FROM pg_temp.%2$I AS d
              GROUP BY %1$s HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1) AS d
        WHERE %3$s)',
            string_agg(format('d.%I', c.held), ', ' ORDER BY n.n), "table".work,
            string_agg(dup_select_private.same_value(c, format('d.%I', c.held), format('s.%I', c.held)), ' AND ' ORDER BY n.n))
        FROM unnest(names) WITH ORDINALITY AS n (name, n) JOIN unnest("table".columns) c ON c.name = n.name);
END
$$;

-- Condition on rows s of a tree to which no way leads from its top.
CREATE FUNCTION dup_select_private.is_circular("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_work text := "table".work;
    v_link dup_select_private.schema_link := (SELECT l FROM unnest("table".links) l WHERE l.in_key AND l.work = v_work);
BEGIN
    RETURN (
        SELECT format(
'NOT (s.%1$I OPERATOR(pg_catalog.=) ANY (
        WITH RECURSIVE down (put__row) AS (
            SELECT w.%1$I FROM pg_temp.%2$I AS w
            WHERE NOT EXISTS (SELECT FROM pg_temp.%2$I AS p WHERE %3$s)
            UNION
            SELECT w.%1$I
            FROM down AS d
            JOIN pg_temp.%2$I AS p ON p.%1$I OPERATOR(pg_catalog.=) d.put__row
            JOIN pg_temp.%2$I AS w ON %3$s
        )
        SELECT d.put__row FROM down AS d))',
            "table".row, "table".work,
            string_agg(format('p.%I %s w.%I', k.parent, k.operator, k.held), ' AND ' ORDER BY k.place))
        FROM ROWS FROM (unnest(v_link.parent_held), unnest(v_link.operators), unnest(v_link.held))
            WITH ORDINALITY AS k (parent, operator, held, place));
END
$$;

-- Statement of a table that puts aside the rows which refer to no row by a link. late: with those that are the same as one of
-- them.
CREATE FUNCTION dup_select_private.check_link(
    "table" dup_select_private.schema_table, link dup_select_private.schema_link, late boolean
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_rule   text := dup_select_private.link_rule(link);
    v_broken text := dup_select_private.is_dangling(link, 's', dup_select_private.is_unknown(link),
                                                    CASE WHEN late THEN dup_select_private.was_another(link) END);
BEGIN
    RETURN CASE
        WHEN late THEN dup_select_private.put_aside_late("table", v_rule, format(
            'SELECT s.%I FROM pg_temp.%I AS s WHERE %s', "table".row, "table".work, v_broken))
        ELSE dup_select_private.put_aside("table", ARRAY[v_rule], ARRAY[v_broken])
    END;
END
$$;

-- Condition on rows under an alias that refer to a row which is neither in the source nor in the target. unknown: condition under
-- which the source does not have it; another: condition under which what the target has there is not the row that was meant.
CREATE FUNCTION dup_select_private.is_dangling(
    link dup_select_private.schema_link, alias text, unknown text, another text DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_in_target text := dup_select_private.same_as_parent('t', link.parent_columns, link, alias);
BEGIN
    RETURN concat_ws(chr(10) || '        AND ',
        (SELECT format('pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.=) 0',
                       string_agg(format('%s.%I', alias, h.name), ', ' ORDER BY h.n))
         FROM unnest(link.held) WITH ORDINALITY AS h (name, n)),
        unknown,
        CASE WHEN link.in_target THEN
            format(CASE WHEN another IS NOT NULL THEN '(%3$s' || chr(10) || '            OR ' ELSE '' END
                       || 'NOT EXISTS (SELECT FROM %1$s AS t WHERE %2$s)' || CASE WHEN another IS NOT NULL THEN ')' ELSE '' END,
                   dup_select_private.qualified_name(link.parent), v_in_target, another) END);
END
$$;

-- Condition under which columns of a parent under one alias are those of a row that refers to it under another.
CREATE FUNCTION dup_select_private.same_as_parent(
    parent_alias text, parent_columns text[], link dup_select_private.schema_link, alias text
) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT string_agg(format('%s.%I %s %s.%I', parent_alias, k.parent, k.operator, alias, k.held), ' AND ' ORDER BY k.place)
    FROM ROWS FROM (unnest(parent_columns), unnest(link.operators), unnest(link.held))
        WITH ORDINALITY AS k (parent, operator, held, place)
$$;

-- Condition on rows s whose parent was in the source and had another key in the target: a row there that happens to have the key
-- of the source is not the one that was meant. NULL where keys are the same in both.
CREATE FUNCTION dup_select_private.was_another(link dup_select_private.schema_link) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN CASE WHEN link."table" IS NOT NULL AND link.in_target AND NOT link.first_only THEN format(
        'EXISTS (SELECT FROM pg_temp.%I AS m WHERE %s' || chr(10) || '                AND (%s) IS NOT TRUE)',
        link.parent_map, dup_select_private.same_as_parent('m', link.map_old, link, 's'),
        dup_select_private.same_as_parent('m', link.map_new, link, 's')) END;
END
$$;

-- Condition on rows s under which the source does not have the row that they refer to. NULL where it has none of that table.
CREATE FUNCTION dup_select_private.is_unknown(link dup_select_private.schema_link) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN CASE WHEN link."table" IS NOT NULL THEN
        format('NOT EXISTS (SELECT FROM pg_temp.%I AS p WHERE %s)', link.work,
               dup_select_private.same_as_parent('p', link.parent_held, link, 's')) END;
END
$$;

-- The rule that a row breaks whose link leads to no row.
CREATE FUNCTION dup_select_private.link_rule(link dup_select_private.schema_link) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN format('%s refers to no row of %s', dup_select_private.name_list(link.columns),
                  dup_select_private.qualified_name(link.parent));
END
$$;

-- A block that puts aside the rows of a found table that refer to no row. Nothing is looked for where there are none.
CREATE FUNCTION dup_select_private.check_found("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN dup_select_private.do_block(format(
'
BEGIN
    IF EXISTS (SELECT FROM pg_temp.%1$I AS f WHERE f.%2$I IS NOT NULL) THEN
        WITH bad AS (
            DELETE FROM pg_temp.%3$I AS s
            USING pg_temp.%1$I AS f
            WHERE f.%4$I OPERATOR(pg_catalog.=) s.%4$I AND f.%2$I IS NOT NULL
            RETURNING s.%4$I AS row_number, f.%2$I AS link,
                %5$s AS "row"
        )
        INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, "row")
        SELECT %6$s, bad.row_number, (%7$L::pg_catalog.text[])[bad.link], bad."row" FROM bad;
        DELETE FROM pg_temp.%1$I AS f WHERE f.%2$I IS NOT NULL;
    END IF;
END
',
        "table".found, "table".dangles, "table".work, "table".row,
        dup_select_private.indented(dup_select_private.row_json("table"), 8), "table".reported,
        ARRAY(SELECT dup_select_private.link_rule("table".links[n]) FROM generate_subscripts("table".links, 1) n ORDER BY n)));
END
$$;

-- A block that puts aside rows which refer to no row, until none is left: a row that goes takes along what refers to it. NULL
-- where nothing refers to anything. References that are checked where rows are found are looked at only where rows have been put
-- aside already: whoever wants none is told of all of them then. late: where something was put aside since references were
-- checked; maps are then cleared.
CREATE FUNCTION dup_select_private.check_links(tables dup_select_private.schema_table[], late boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_checks text[] := '{}';
    v_others text[] := '{}';
    v_check  text;
    v_clear  text[] := '{}';
    v_table  dup_select_private.schema_table;
    v_link   dup_select_private.schema_link;
    v_n      integer;
BEGIN
    FOREACH v_n IN ARRAY dup_select_private.in_order(tables) LOOP
        v_table := tables[v_n];
        FOREACH v_link IN ARRAY v_table.links LOOP
            v_check := concat(
                '        ', dup_select_private.indented(dup_select_private.check_link(v_table, v_link, late), 8), ';', chr(10),
                '        v_again := v_again OR FOUND;', chr(10));
            IF late OR v_table.dangles IS NULL OR v_link."table" IS NULL THEN
                v_checks := v_checks || v_check;
            ELSE
                v_others := v_others || v_check;
            END IF;
        END LOOP;
        IF v_table.mapped THEN
            v_clear := v_clear || format(
'    DELETE FROM pg_temp.%I AS m
    WHERE NOT EXISTS (SELECT FROM pg_temp.%I AS w WHERE w.%I OPERATOR(pg_catalog.=) m.put__row);
', v_table.map, v_table.work, v_table.row);
        END IF;
    END LOOP;
    IF v_others <> '{}' THEN
        v_checks := v_checks || (
            '        IF EXISTS (SELECT FROM pg_temp.put_rejects) THEN' || chr(10)
            || regexp_replace(array_to_string(v_others, ''), '^(?=.)', '    ', 'gn') || '        END IF;' || chr(10));
    END IF;
    IF v_checks = '{}' AND NOT late THEN
        RETURN NULL;
    END IF;
    RETURN dup_select_private.do_block(concat('
DECLARE
    v_again pg_catalog.bool := true;
BEGIN
', CASE WHEN late THEN
'    IF (SELECT pg_catalog.count(*) FROM pg_temp.put_rejects) OPERATOR(pg_catalog.=) (
        SELECT pg_catalog.sum(r.rejected) FROM pg_temp.put_report AS r) THEN
        RETURN;
    END IF;
' END,
'    WHILE v_again LOOP
        v_again := false;
', array_to_string(v_checks, ''),
'    END LOOP;
', CASE WHEN late THEN array_to_string(v_clear, '') END,
'END
'));
END
$$;

-- Statement that notes how many rows have been put aside so far.
CREATE FUNCTION dup_select_private.count_rejects() RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT
'UPDATE pg_temp.put_report AS r SET rejected = (
    SELECT pg_catalog.count(*) FROM pg_temp.put_rejects AS p WHERE p.table_name OPERATOR(pg_catalog.=) r.table_name)'
$$;
