SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The last steps of put_schema: for each row of the source its key in the target is found, or drawn; then the rows that are new
-- are inserted, each table by one statement.

-- Statements that find the rows of a table, and make its map.
CREATE FUNCTION dup_select_private.find_statements("table" dup_select_private.schema_table, keep_maps boolean) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_found text[] := ARRAY(SELECT dup_select_private.found_statements("table"));
BEGIN
    IF "table".mapped THEN
        RETURN NEXT format(
'CREATE TEMPORARY TABLE %I (
    put__row pg_catalog.int8,
    %sexisting pg_catalog.bool, same_as pg_catalog.int8
) ON COMMIT %s',
            "table".map,
            (SELECT string_agg(format('%I %s, %I %2$s,' || chr(10) || '    ', r.old, c.type, r.new), '' ORDER BY r.n)
             FROM ROWS FROM (unnest("table".referred), unnest("table".map_old), unnest("table".map_new))
                 WITH ORDINALITY AS r (name, old, new, n)
             JOIN unnest((("table".level).facts).columns) c ON c.name = r.name),
            CASE WHEN keep_maps THEN 'PRESERVE ROWS' ELSE 'DROP' END);
    END IF;
    IF keep_maps THEN
        RETURN NEXT format('UPDATE pg_temp.put_report AS r SET map_name = %L WHERE r.table_name OPERATOR(pg_catalog.=) %s',
                           "table".map, "table".reported);
    END IF;
    IF "table".is_tree THEN
        RETURN NEXT dup_select_private.do_block(format(
'
BEGIN
    LOOP
        %s;
        EXIT WHEN NOT EXISTS (SELECT FROM pg_temp.%I);
        %s;
        DROP TABLE pg_temp.%2$I;
    END LOOP;
END
',
            dup_select_private.indented(v_found[1], 8), "table".found,
            dup_select_private.indented(array_to_string(v_found[2 :], ';' || chr(10)), 8)));
        RETURN NEXT dup_select_private.note_same_of_tree("table");
    ELSIF "table".sparse THEN
        RETURN NEXT dup_select_private.do_block(format(
'
DECLARE
    %s CONSTANT pg_catalog.bool := %s;
BEGIN
    %s;
END
',
            "table".collapses, dup_select_private.may_collapse("table"),
            array_to_string(v_found, ';' || chr(10))));
    ELSE
        RETURN QUERY SELECT unnest(v_found);
    END IF;
    IF NOT "table".whole THEN
        RETURN NEXT format('DROP TABLE pg_temp.%I', "table".found);
    END IF;
    IF "table".mapped THEN
        RETURN NEXT format('ANALYZE pg_temp.%I (put__row%s)', "table".map,
                           (SELECT string_agg(format(', %I', o.name), '' ORDER BY o.n)
                            FROM unnest("table".map_old) WITH ORDINALITY AS o (name, n)));
    END IF;
END
$$;

-- Statements that look for rows in the target by their natural keys and note what they find, or a new key, in the map. Of a tree:
-- those rows whose parents are in the map and that are not.
CREATE FUNCTION dup_select_private.found_statements("table" dup_select_private.schema_table) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_has_parts boolean := (("table".level).key).parts IS NOT NULL;
    v_nullable  text    := (SELECT string_agg(format('s.%I', k.held), ', ' ORDER BY k.n)
                            FROM unnest("table".key) k
                            WHERE k.given AND k.nullable AND NOT (("table".level).key).nulls_distinct);
BEGIN
    RETURN NEXT format(
'CREATE TEMPORARY TABLE %I ON COMMIT DROP AS
SELECT %s
FROM %s%s',
        "table".found,
        dup_select_private.lines(
            format('s.%I', "table".row)
                || ARRAY(SELECT format('s.%I', o.name) FROM unnest("table".old_names) WITH ORDINALITY AS o (name, n) ORDER BY o.n)
                || ARRAY(SELECT dup_select_private.new_value("table", n)
                         FROM generate_subscripts("table".referred, 1) n ORDER BY n)
                || format(CASE WHEN v_has_parts THEN 't.tableoid IS NOT NULL AS %I' ELSE 'false AS %I' END, "table".existing)
                || format('NULL::pg_catalog.int8 AS %I', "table".first)
                || dup_select_private.found_values("table")
                || CASE WHEN "table".dangles IS NULL THEN '{}' ELSE ARRAY[format('s.%I', "table".dangles)] END
                || CASE WHEN "table".has_key IS NOT NULL THEN ARRAY[format('(%s) IS TRUE AS %I', "table".has_key, "table".keyed)]
                        ELSE '{}' END
                || ARRAY(SELECT format('%s%s AS %I', k.value, k.collation_clause, k.held)
                         FROM unnest("table".key) k
                         WHERE k.given AND k.held <> ALL (ARRAY(SELECT c.held FROM unnest("table".columns) c))
                         ORDER BY k.n), ', ', 4),
        dup_select_private.schema_rows("table", true, false, 's', dup_select_private.next_of_tree("table")),
        chr(10) || 'LEFT JOIN ' || dup_select_private.target_item("table") || ' ON '
            || dup_select_private.match("table".level, false, 2)
            || CASE WHEN "table".sparse THEN dup_select_private.worth_noting("table") ELSE '' END);
    IF "table".dangles IS NOT NULL THEN
        RETURN NEXT dup_select_private.check_found("table");
    END IF;
    IF v_nullable IS NOT NULL THEN
        RETURN NEXT dup_select_private.find_nulls("table", v_nullable);
    END IF;
    IF v_has_parts THEN
        RETURN NEXT dup_select_private.note_duplicates("table");
    END IF;
    IF "table".mapped THEN
        RETURN QUERY
            SELECT dup_select_private.map_first("table", e.existing)
            FROM unnest(CASE WHEN "table".drawn = '{}' THEN '{NULL}' ELSE '{t,f}'::boolean[] END) AS e (existing);
        IF v_has_parts THEN
            RETURN NEXT dup_select_private.map_same("table");
        END IF;
    END IF;
END
$$;

-- Text that keeps rows which the target has as they are out of a sparse found table: nothing is to be done with them. All are
-- noted where rows of the source may be one, of which the first is to be told.
CREATE FUNCTION dup_select_private.worth_noting("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN concat(chr(10), 'WHERE ', concat_ws(chr(10) || '  OR ',
        "table".collapses, 't.tableoid IS NULL',
        CASE WHEN "table".differs IS NOT NULL THEN dup_select_private.differs("table", 't') END,
        CASE WHEN "table".dangles IS NOT NULL THEN format('s.%I IS NOT NULL', "table".dangles) END));
END
$$;

-- Expression that tells of a sparse table whether rows of the source may be one: they have the same natural key there, or refer
-- to rows that are one.
CREATE FUNCTION dup_select_private.may_collapse("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN concat_ws(chr(10) || '        OR ',
        (SELECT format('EXISTS (SELECT FROM pg_temp.%I AS s GROUP BY %s HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1)',
                       "table".work, string_agg(concat(k.value, k.collation_clause), ', ' ORDER BY k.n))
         FROM unnest("table".key) k WHERE k.given),
        (SELECT string_agg(format('EXISTS (SELECT FROM pg_temp.%I AS m WHERE m.same_as IS NOT NULL)', l.parent_map),
                           chr(10) || '        OR ' ORDER BY l.parent_map)
         FROM (SELECT DISTINCT l.parent_map FROM unnest("table".links) l
               WHERE l."table" IS NOT NULL AND l.columns && "table".key_columns) l));
END
$$;

-- What a whole found table has of a row beside its key: all that the target takes, and whether that differs from what is there.
CREATE FUNCTION dup_select_private.found_values("table" dup_select_private.schema_table) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF NOT "table".whole THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(SELECT format('s.%I', c.held) FROM unnest("table".columns) c ORDER BY c.number)
        || CASE WHEN "table".differs IS NULL THEN '{}'
                ELSE ARRAY[format('t.tableoid IS NOT NULL AND (%s) AS %I', dup_select_private.differs("table", 't'),
                                  "table".differs)] END;
END
$$;

-- Condition on rows w of a tree that come next: they are not in the map, and their parents are, or are only in the target. NULL
-- for other tables.
CREATE FUNCTION dup_select_private.next_of_tree("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format('NOT EXISTS (SELECT FROM pg_temp.%I AS m WHERE m.put__row OPERATOR(pg_catalog.=) w.%I)',
                      "table".map, "table".row)
            || string_agg(format(
                chr(10) || '        AND (r%s.put__row IS NOT NULL OR pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.>) 0%s)', l.n,
                (SELECT string_agg(format('w.%I', h), ', ') FROM unnest((l.link).held) h),
                CASE WHEN (l.link).in_target THEN (
                    SELECT format(chr(10) || '            OR NOT EXISTS (SELECT FROM pg_temp.%I AS p WHERE %s)', (l.link).work,
                                  string_agg(format('p.%I %s w.%I', k.parent, k.operator, k.held), ' AND ' ORDER BY k.place))
                    FROM ROWS FROM (unnest((l.link).parent_held), unnest((l.link).operators), unnest((l.link).held))
                        WITH ORDINALITY AS k (parent, operator, held, place)) END), '' ORDER BY l.n)
        FROM (SELECT n, "table".links[n] AS link FROM generate_subscripts("table".links, 1) n) l
        WHERE "table".is_tree AND (l.link).in_key AND (l.link).work = "table".work);
END
$$;

-- A value by which the row is referred to in the target: of the row that exists there, or of the new one. NULL where it is yet to
-- be drawn.
CREATE FUNCTION dup_select_private.new_value("table" dup_select_private.schema_table, n integer) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format(CASE
                WHEN c.slot IS NULL AND "table".key = '{}' THEN 'NULL::%3$s AS %4$I'
                WHEN c.slot IS NULL THEN 't.%1$I AS %4$I'
                WHEN "table".key = '{}' THEN '%2$s AS %4$I'
                ELSE 'CASE WHEN t.tableoid IS NULL THEN %2$s ELSE t.%1$I END AS %4$I'
            END, f.name, dup_select_private.inserted_value(c), f.type, "table".new_names[new_value.n])
        FROM unnest((("table".level).facts).columns) f
        LEFT JOIN unnest(("table".level).columns) c ON (c.facts).name = f.name
        WHERE f.name = "table".referred[new_value.n]);
END
$$;

-- Statement that finds rows with NULL in the natural key where that is a value like others. Apart from those without, which are
-- joined by a hash: an OR cannot be hashed.
CREATE FUNCTION dup_select_private.find_nulls("table" dup_select_private.schema_table, nullable text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format(
    'UPDATE pg_temp.%1$I AS s SET %2$I = true%3$s%9$s
FROM %4$s
WHERE NOT s.%2$I AND pg_catalog.num_nulls(%5$s) OPERATOR(pg_catalog.>) 0%6$s
  AND %7$s%8$s',
            "table".found, "table".existing,
            (SELECT string_agg(format(', %I = t.%I', r.own, r.name), '' ORDER BY r.n)
             FROM ROWS FROM (unnest("table".new_names), unnest("table".referred)) WITH ORDINALITY AS r (own, name, n)),
            dup_select_private.target_item("table"), nullable,
            CASE WHEN "table".has_key IS NOT NULL THEN format(' AND s.%I', "table".keyed) END,
            (SELECT string_agg(format(CASE
                        WHEN k.absent THEN '%1$s IS NULL'
                        WHEN NOT k.given THEN '%1$s %2$s %3$s%4$s'
                        WHEN NOT k.nullable THEN '%1$s %2$s s.%5$I%4$s'
                        WHEN k.composite THEN
                            '(%1$s %2$s s.%5$I%4$s OR %1$s IS NOT DISTINCT FROM NULL AND s.%5$I IS NOT DISTINCT FROM NULL)'
                        ELSE '(%1$s %2$s s.%5$I%4$s OR %1$s IS NULL AND s.%5$I IS NULL)'
                    END, k.expression, k.operator, k.value, k.collation_clause, k.held), chr(10) || '  AND ' ORDER BY k.n)
             FROM unnest("table".key) k),
            chr(10) || '  AND ' || (("table".level).key).predicate,
            CASE WHEN "table".differs IS NOT NULL THEN
                format(', %I = (%s)', "table".differs, dup_select_private.differs("table", 't')) END));
END
$$;

-- Columns of the work table that tell which of two rows has the lower key in the source. None where row numbers do.
CREATE FUNCTION dup_select_private.order_columns("table" dup_select_private.schema_table) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_columns text[] := dup_select_private.held_of("table".columns, (("table".level).facts).primary_key);
BEGIN
    RETURN CASE WHEN "table".order_by IS NULL AND array_position(v_columns, NULL) IS NULL THEN v_columns ELSE '{}' END;
END
$$;

-- Statement that notes of rows of one natural key which is the first of them. It sorts nothing where there are none.
CREATE FUNCTION dup_select_private.note_duplicates("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_keyed text := CASE WHEN "table".has_key IS NOT NULL THEN format(' WHERE d.%I', "table".keyed) END;
    v_key   text := (SELECT string_agg(format('d.%I', k.held), ', ' ORDER BY k.n) FROM unnest("table".key) k WHERE k.given);
    v_order text := (SELECT string_agg(format('w.%I, ', o.name), '' ORDER BY o.n)
                     FROM unnest(dup_select_private.order_columns("table")) WITH ORDINALITY AS o (name, n));
BEGIN
    RETURN format(
'UPDATE pg_temp.%1$I AS f SET %2$I = d.first
FROM (SELECT d.%3$I, pg_catalog.first_value(d.%3$I) OVER (PARTITION BY %4$s ORDER BY %5$sd.%3$I) AS first
      FROM pg_temp.%1$I AS d%6$s%7$s) AS d
WHERE %8$s
  AND d.%3$I OPERATOR(pg_catalog.=) f.%3$I AND d.first OPERATOR(pg_catalog.<>) f.%3$I',
        "table".found, "table".first, "table".row, v_key, v_order,
        CASE WHEN v_order IS NOT NULL THEN
            format(' JOIN pg_temp.%I AS w ON w.%I OPERATOR(pg_catalog.=) d.%2$I', "table".work, "table".row) END,
        v_keyed,
        CASE WHEN "table".sparse THEN "table".collapses
             ELSE format(
'EXISTS (SELECT FROM pg_temp.%I AS d%s
              GROUP BY %s HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1)',
                 "table".found, v_keyed, v_key) END);
END
$$;

-- Statement that notes of rows of a tree that are one row of the target which is the first of them, once all are in the map. On
-- different levels they can be so where that row is an ancestor of itself; NULL cannot be referred to.
CREATE FUNCTION dup_select_private.note_same_of_tree("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format(
'UPDATE pg_temp.%1$I AS m SET same_as = CASE WHEN d.first OPERATOR(pg_catalog.<>) m.put__row THEN d.first END
FROM (SELECT m.put__row, pg_catalog.first_value(m.put__row) OVER (PARTITION BY %2$s ORDER BY %3$sm.put__row) AS first
      FROM pg_temp.%1$I AS m JOIN pg_temp.%4$I AS w ON w.%5$I OPERATOR(pg_catalog.=) m.put__row
      WHERE m.existing AND pg_catalog.num_nulls(%2$s) OPERATOR(pg_catalog.=) 0) AS d
WHERE EXISTS (SELECT FROM pg_temp.%1$I AS m
              WHERE m.existing AND m.same_as IS NULL AND pg_catalog.num_nulls(%2$s) OPERATOR(pg_catalog.=) 0
              GROUP BY %2$s HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1)
  AND d.put__row OPERATOR(pg_catalog.=) m.put__row',
            "table".map, r.columns,
            (SELECT string_agg(format('w.%I, ', o.name), '' ORDER BY o.n)
             FROM unnest(dup_select_private.order_columns("table")) WITH ORDINALITY AS o (name, n)),
            "table".work, "table".row)
        FROM (SELECT l.map_new
              FROM unnest("table".links) WITH ORDINALITY AS l
              WHERE l.in_key AND l.work = "table".work
              ORDER BY l.ordinality LIMIT 1) l
        CROSS JOIN LATERAL (SELECT string_agg(format('m.%I', c), ', ') AS columns FROM unnest(l.map_new) c) r);
END
$$;

-- Statement that enters the first row of each natural key into the map. existing: those that the target has, or those that are
-- new; of these what is yet to be drawn is drawn here, in the order of their keys.
CREATE FUNCTION dup_select_private.map_first("table" dup_select_private.schema_table, existing boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format(
    'INSERT INTO pg_temp.%I (put__row%s, existing)
SELECT f.%I%s,
    f.%I
FROM pg_temp.%I AS f
WHERE f.%I IS NULL%s%s',
            "table".map, string_agg(format(', %I, %I', "table".map_old[n], "table".map_new[n]), '' ORDER BY n), "table".row,
            string_agg(format(CASE WHEN d.expression IS NULL OR existing THEN ', f.%I, f.%I'
                                   ELSE ', f.%I, coalesce(f.%I, %s)' END,
                              "table".old_names[n], "table".new_names[n], d.expression), '' ORDER BY n),
            "table".existing, "table".found, "table".first,
            format(CASE WHEN existing THEN ' AND f.%I' WHEN NOT existing THEN ' AND NOT f.%I' END, "table".existing),
            CASE WHEN NOT existing THEN format(chr(10) || 'ORDER BY %sf.%I', (
                SELECT string_agg(format('f.%I, ', "table".old_names[array_position("table".referred, k.name)]), '' ORDER BY k.n)
                FROM unnest((("table".level).facts).primary_key) WITH ORDINALITY AS k (name, n)
                WHERE "table".order_by IS NULL), "table".row) END)
        FROM generate_subscripts("table".referred, 1) n
        LEFT JOIN unnest("table".drawn) d ON d.name = "table".referred[n]);
END
$$;

-- Statement that enters the others, which are the same as a first one, into the map.
CREATE FUNCTION dup_select_private.map_same("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format(
    'INSERT INTO pg_temp.%1$I (put__row%2$s, existing, same_as)
SELECT f.%3$I%4$s, m.existing, f.%5$I
FROM pg_temp.%6$I AS f
JOIN pg_temp.%1$I AS m ON m.put__row OPERATOR(pg_catalog.=) f.%5$I
WHERE EXISTS (SELECT FROM pg_temp.%6$I AS e WHERE e.%5$I IS NOT NULL)',
            "table".map, string_agg(format(', %I, %I', "table".map_old[n], "table".map_new[n]), '' ORDER BY n), "table".row,
            string_agg(format(', f.%I, m.%I', "table".old_names[n], "table".map_new[n]), '' ORDER BY n),
            "table".first, "table".found)
        FROM generate_subscripts("table".referred, 1) n);
END
$$;

-- Statements that put aside what shows only when all keys are known: rows that exist, where none may, and what another unique
-- index or a rule over references does not take, of rows that are to be written. What an index has is looked at first: two rows
-- that both may not go in do not stand in each other's way.
CREATE FUNCTION dup_select_private.late_statements("table" dup_select_private.schema_table) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_rows    text := dup_select_private.written_rows("table");
    v_written text := format(CASE WHEN "table".on_existing <> 'update' THEN 'NOT s.%2$I AND ' ELSE '' END || 's.%1$I IS NULL',
                             "table".first, "table".existing);
    v_another text := CASE WHEN "table".on_existing = 'update' AND "table".key <> '{}'
                           THEN format(' AND NOT (s.%I AND %s)', "table".existing, dup_select_private.same_row("table")) END;
BEGIN
    IF "table".on_existing = 'fail' AND "table".key <> '{}' THEN
        RETURN NEXT dup_select_private.put_aside_late(
            "table", 'exists already',
            format('SELECT m.put__row FROM %s WHERE m.existing AND m.same_as IS NULL', dup_select_private.known_item("table")));
    END IF;
    RETURN QUERY
        SELECT dup_select_private.put_aside_late(
            "table", r.rule, format('SELECT s.%I FROM %s WHERE %s AND %s', "table".row, v_rows, v_written, r.broken))
        FROM dup_select_private.row_rules("table", true) r ORDER BY r.n;
    RETURN QUERY
        SELECT dup_select_private.put_aside_late("table", format('violates %s', quote_ident(u.name)), q.query)
        FROM dup_select_private.other_keys("table") WITH ORDINALITY AS u (name, level, parts, has_key, n)
        CROSS JOIN LATERAL (VALUES (1, format(
'SELECT s.%I FROM %s WHERE %s AND EXISTS (SELECT FROM %s WHERE %s%s)',
            "table".row, v_rows, v_written, dup_select_private.from_item(("table".level).facts, 't'),
            dup_select_private.match(u.level, true, 4), v_another)), (2, format(
'SELECT d.%1$I FROM (
    SELECT s.%1$I, pg_catalog.min(s.%1$I) OVER (PARTITION BY %2$s) AS first FROM %3$s WHERE %4$s%5$s) AS d
WHERE d.first OPERATOR(pg_catalog.<) d.%1$I',
            "table".row, u.parts, v_rows, v_written, ' AND ' || u.has_key))) q (n, query)
        ORDER BY u.n, q.n;
END
$$;

-- The rows s as they will be in the target: an UPDATE leaves what tells rows apart, and what NULL says nothing of.
CREATE FUNCTION dup_select_private.written_rows("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_rows text := dup_select_private.known_rows("table");
BEGIN
    IF "table".on_existing <> 'update' OR "table".key = '{}' THEN
        RETURN v_rows;
    END IF;
    RETURN (
        SELECT format(
'(
    SELECT %s
    FROM %s
    LEFT JOIN %s ON s.%I AND %s
) AS s',
            dup_select_private.lines(
                ARRAY[format('s.%I', "table".row), format('s.%I', "table".existing), format('s.%I', "table".first)]
                    || ARRAY(SELECT format('s.%I', n) FROM unnest("table".new_names) n)
                    || array_agg(format(CASE
                            WHEN (c.facts).name <> ALL (p.names) THEN 'CASE WHEN s.%1$I THEN t.%2$I ELSE s.%3$I END AS %3$I'
                            WHEN (c.facts).expression IS NULL THEN 's.%3$I'
                            ELSE 'CASE WHEN s.%1$I AND s.%3$I IS NULL THEN t.%2$I ELSE s.%3$I END AS %3$I'
                        END, "table".existing, (c.facts).name, c.held) ORDER BY (c.facts).number), ', ', 8),
            dup_select_private.indented(v_rows, 4), dup_select_private.from_item(("table".level).facts, 't'),
            "table".existing, dup_select_private.same_row("table"))
        FROM unnest(("table".level).columns) c
        CROSS JOIN (SELECT ARRAY(SELECT (p.facts).name FROM dup_select_private.payload("table") p) AS names) p);
END
$$;

-- Statement that puts aside the rows whose numbers a query gives, with those that are the same as one of them.
CREATE FUNCTION dup_select_private.put_aside_late("table" dup_select_private.schema_table, rule text, query text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format(
    'WITH found (put__row) AS MATERIALIZED (
    %1$s
), bad AS (
    DELETE FROM pg_temp.%2$I AS s
    USING (SELECT found.put__row FROM found
           UNION
           SELECT m.put__row FROM %3$s JOIN found ON found.put__row OPERATOR(pg_catalog.=) m.same_as) AS b
    WHERE b.put__row OPERATOR(pg_catalog.=) s.%4$I
    RETURNING s.%4$I AS row_number, %5$s AS "row"
)%8$s
INSERT INTO pg_temp.put_rejects (table_name, row_number, rule, "row")
SELECT %6$s, bad.row_number, %7$L, bad."row" FROM bad',
            dup_select_private.indented(query, 4), "table".work, dup_select_private.known_item("table"), "table".row,
            dup_select_private.row_json("table"), "table".reported, rule,
            CASE WHEN "table".whole THEN
                format(', gone AS (
    DELETE FROM pg_temp.%1$I AS f USING bad WHERE bad.row_number OPERATOR(pg_catalog.=) f.%2$I
)', "table".found, "table".row) END));
END
$$;

-- The unique indexes of a table that are not its natural key and that a new row may violate, each with the level as it would be
-- by that key. Of numbers that are drawn nothing is to be said.
CREATE FUNCTION dup_select_private.other_keys("table" dup_select_private.schema_table)
RETURNS TABLE (name text, level dup_select_private.plan_level, parts text, has_key text)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level dup_select_private.plan_level;
BEGIN
    FOR name IN
        SELECT (k.key).name
        FROM dup_select_private.key_candidates(
            ("table".level).facts, ARRAY(SELECT (c.facts).name FROM unnest(("table".level).columns) c)) k
        WHERE k.shown AND (k.key).name IS DISTINCT FROM (("table".level).key).index_name
        ORDER BY (k.key).name COLLATE "C" -- a row is told the first that it violates
    LOOP
        v_level := dup_select_private.known_level("table");
        v_level.key := dup_select_private.plan_key(
            v_level, jsonb_build_object((v_level.facts).qualified_name, quote_ident(name)));
        level := v_level;
        has_key := dup_select_private.has_key(v_level);
        parts := (SELECT string_agg(concat(v.value, v.collation_clause), ', ' ORDER BY v.n)
                  FROM dup_select_private.key_values(v_level) v WHERE v.given);
        RETURN NEXT;
    END LOOP;
END
$$;

-- Statement that inserts what is new into the tables of a group, and counts. All of a circle in one statement: foreign keys are
-- looked at when it ends.
CREATE FUNCTION dup_select_private.insert_group(tables dup_select_private.schema_table[], numbers integer[]) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_added  text;
    v_counts text := '';
    v_parts  text := '';
BEGIN
    FOR v_n IN 1 .. cardinality(numbers) LOOP
        v_added := 'added' || CASE WHEN cardinality(numbers) > 1 THEN '_' || v_n ELSE '' END;
        v_parts := concat(v_parts, CASE WHEN v_n > 1 THEN ', ' END, v_added, ' AS (', chr(10), '    ',
                          dup_select_private.indented(dup_select_private.insert_new(tables[numbers[v_n]]), 4), chr(10),
                          '    RETURNING 1', chr(10), ')');
        v_counts := concat(v_counts, CASE WHEN v_n > 1 THEN chr(10) || '    UNION ALL ' END, format(
            'SELECT %s, pg_catalog.count(*) FROM %s', (tables[numbers[v_n]]).reported, v_added));
    END LOOP;
    RETURN format(
'WITH %s
UPDATE pg_temp.put_report AS r SET inserted = n.rows
FROM (
    %s
) AS n (name, rows)
WHERE n.name OPERATOR(pg_catalog.=) r.table_name', v_parts, v_counts);
END
$$;

-- INSERT of the rows of a table that are new, in the order of their natural keys, which keeps sessions from waiting for each
-- other in a circle.
CREATE FUNCTION dup_select_private.insert_new("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format(
    'INSERT INTO %s (
    %s)%s
SELECT %s
FROM %s
WHERE NOT s.%I AND s.%I IS NULL%s%s',
            (("table".level).facts).qualified_name,
            dup_select_private.lines(array_agg(quote_ident(f.name) ORDER BY f.number), ', ', 4),
            CASE WHEN bool_or(f.always) THEN chr(10) || 'OVERRIDING SYSTEM VALUE' END,
            dup_select_private.lines(array_agg(coalesce(
                's.' || quote_ident("table".new_names[array_position("table".referred, f.name)]),
                dup_select_private.inserted_value(c)) ORDER BY f.number), ', ', 4),
            dup_select_private.known_rows("table"), "table".existing, "table".first,
            chr(10) || 'ORDER BY ' || (SELECT string_agg(concat(k.value, k.collation_clause), ', ' ORDER BY k.n)
                                       FROM unnest("table".key) k WHERE k.given),
            chr(10) || dup_select_private.conflict_target("table".level) || ' DO NOTHING')
        FROM unnest((("table".level).facts).columns) f
        LEFT JOIN unnest(("table".level).columns) c ON (c.facts).number = f.number
        WHERE c.slot IS NOT NULL OR EXISTS (SELECT FROM unnest("table".drawn) d WHERE d.name = f.name));
END
$$;

-- Statement that counts what was found of a table, before any of it is written.
CREATE FUNCTION dup_select_private.count_found("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_differs text := CASE WHEN "table".on_existing = 'keep' THEN "table".differs END;
BEGIN
    RETURN format(
'UPDATE pg_temp.put_report AS r SET (existing, collapsed%s) = (
    SELECT ' || CASE WHEN "table".sparse THEN
'r.rows_in OPERATOR(pg_catalog.-) r.rejected OPERATOR(pg_catalog.-) pg_catalog.count(*) FILTER (
               WHERE NOT m.%I OR m.%I IS NOT NULL), '
                ELSE 'pg_catalog.count(*) FILTER (WHERE m.%I AND m.%I IS NULL), ' END || 'pg_catalog.count(m.%3$I)%s
    FROM pg_temp.%I AS m)
WHERE r.table_name OPERATOR(pg_catalog.=) %s',
        CASE WHEN v_differs IS NOT NULL THEN ', conflicting' END,
        CASE WHEN "table".whole THEN "table".existing ELSE 'existing' END,
        CASE WHEN "table".whole THEN "table".first ELSE 'same_as' END,
        CASE WHEN v_differs IS NOT NULL THEN
            format(',
           pg_catalog.count(*) FILTER (WHERE m.%I AND m.%I IS NULL)', v_differs, "table".first) END,
        CASE WHEN "table".whole THEN "table".found ELSE "table".map END, "table".reported);
END
$$;

-- Statement that raises where a table took fewer rows than are new: another session has inserted some of these keys since they
-- were looked up, or a trigger left rows out. Errors: 40001, as of a transaction that is to be run again.
CREATE FUNCTION dup_select_private.check_inserted(tables dup_select_private.schema_table[]) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT dup_select_private.do_block(format(
    '
DECLARE
    v_table pg_catalog.text;
BEGIN
    SELECT r.table_name INTO v_table
    FROM pg_temp.put_report AS r
    WHERE r.table_name OPERATOR(pg_catalog.=) ANY (ARRAY[%s])
      AND r.rows_in OPERATOR(pg_catalog.<>) (r.inserted OPERATOR(pg_catalog.+) r.existing OPERATOR(pg_catalog.+) r.collapsed
          OPERATOR(pg_catalog.+) r.rejected)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION ''%% has not taken all rows that were new'', v_table USING ERRCODE = ''serialization_failure'',
            HINT = ''Another session has inserted some of them: run it again. ''
                ''Or a BEFORE trigger leaves rows out, or changes keys.'';
    END IF;
END
',
            dup_select_private.lines(array_agg(t.reported ORDER BY t.reported), ', ', 8)))
        FROM unnest(tables) t);
END
$$;

-- Statements that count, or write, what differs between rows that exist and those of the source, where it is not counted yet, and
-- count what differs between rows of the source that are one.
CREATE FUNCTION dup_select_private.existing_statements("table" dup_select_private.schema_table) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_target   text := dup_select_private.from_item(("table".level).facts, 't');
    v_rows     text := dup_select_private.indented(dup_select_private.known_rows("table"), 4);
    v_existing text := format('s.%I AND s.%I IS NULL', "table".existing, "table".first);
    v_differs  text := dup_select_private.differs("table", 't');
    v_key      text := dup_select_private.same_row("table");
BEGIN
    IF "table".key = '{}' OR v_differs IS NULL THEN
        RETURN;
    END IF;
    IF "table".on_existing = 'update' THEN
        RETURN NEXT format(
'WITH changed AS (
    UPDATE %s SET
        %s
    FROM %s
    WHERE %s
      AND %s
      AND %s
    RETURNING 1
)
UPDATE pg_temp.put_report AS r SET updated = n.rows, existing = r.existing OPERATOR(pg_catalog.-) n.rows
FROM (SELECT pg_catalog.count(*) FROM changed) AS n (rows)
WHERE r.table_name OPERATOR(pg_catalog.=) %s',
            v_target, dup_select_private.settings("table"), v_rows, v_existing, v_key,
            CASE WHEN "table".whole THEN format('s.%I', "table".differs) ELSE format('(%s)', v_differs) END, "table".reported);
    ELSIF "table".on_existing = 'keep' AND NOT "table".whole THEN
        RETURN NEXT format(
'UPDATE pg_temp.put_report AS r SET conflicting = r.conflicting OPERATOR(pg_catalog.+) (
    SELECT pg_catalog.count(*)
    FROM %s
    JOIN %s ON %s
    WHERE %s
      AND (%s))
WHERE r.table_name OPERATOR(pg_catalog.=) %s AND r.existing OPERATOR(pg_catalog.>) 0',
            v_rows, v_target, v_key, v_existing, v_differs, "table".reported);
    END IF;
    RETURN NEXT format(
'UPDATE pg_temp.put_report AS r SET conflicting = r.conflicting OPERATOR(pg_catalog.+) (
    SELECT pg_catalog.count(*)
    FROM %s
    JOIN %s ON o.%I OPERATOR(pg_catalog.=) s.%I
    WHERE %s)
WHERE r.table_name OPERATOR(pg_catalog.=) %s AND r.collapsed OPERATOR(pg_catalog.>) 0',
        v_rows, dup_select_private.indented(dup_select_private.known_rows("table", 'o'), 4), "table".row,
        "table".first, dup_select_private.differs("table", 'o'), "table".reported);
END
$$;

-- Columns that the source fills and that tell no row apart.
CREATE FUNCTION dup_select_private.payload("table" dup_select_private.schema_table) RETURNS SETOF dup_select_private.plan_column
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT c.*
    FROM unnest(("table".level).columns) c
    WHERE (c.facts).name <> ALL ("table".referred || (("table".level).facts).primary_key || "table".key_columns)
$$;

-- What an UPDATE sets them to. NULL in a column with a default says nothing.
CREATE FUNCTION dup_select_private.settings("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT dup_select_private.lines(array_agg(format(
            CASE WHEN (c.facts).expression IS NULL THEN '%1$I = s.%2$I' ELSE '%1$I = coalesce(s.%2$I, t.%1$I)' END,
            (c.facts).name, c.held) ORDER BY (c.facts).number), ', ', 8)
        FROM dup_select_private.payload("table") c);
END
$$;

-- Condition under which s differs in them from t, or from o, another row of the source. NULL where there is none. Not IS DISTINCT
-- FROM, which looks for its operator on the search_path.
CREATE FUNCTION dup_select_private.differs("table" dup_select_private.schema_table, other text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT string_agg(concat(
                   '(', dup_select_private.same_value(c, n.own, n.other), ') IS NOT TRUE',
                   CASE WHEN (p.facts).expression IS NOT NULL THEN format(' AND %s IS DISTINCT FROM NULL', n.own)
                        WHEN NOT (p.facts).required
                            THEN format(chr(10) || '            AND pg_catalog.num_nulls(%s, %s) OPERATOR(pg_catalog.<) 2',
                                        n.own, n.other) END),
                   chr(10) || '        OR ' ORDER BY c.number)
        FROM dup_select_private.payload("table") p
        JOIN unnest("table".columns) c ON c.number = (p.facts).number
        CROSS JOIN LATERAL (
            SELECT format('s.%I', c.held),
                   format('%I.%I', differs.other, CASE differs.other WHEN 't' THEN c.name ELSE c.held END)
        ) n (own, other));
END
$$;

-- Condition under which t is the row of the target that s was found to be: by the primary key, or else, also where no map has
-- that, by the natural one.
CREATE FUNCTION dup_select_private.same_row("table" dup_select_private.schema_table) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT coalesce(
            string_agg(format('t.%s %s s.%I', p.expression, p.operator,
                              "table".new_names[array_position("table".referred, c.name)]),
                       ' AND ' ORDER BY p.n),
            dup_select_private.match("table".level, true, 8))
        FROM unnest((("table".level).facts).keys) k
        CROSS JOIN unnest(k.parts) WITH ORDINALITY
            AS p (number, expression, operator, collation_clause, nullable, composite, n)
        JOIN unnest((("table".level).facts).columns) c ON c.number = p.number
        WHERE k.is_primary AND "table".mapped);
END
$$;

-- Statements that advance the sequences of columns which were given their numbers: where the gap is small by drawing, which
-- nobody can get between.
CREATE FUNCTION dup_select_private.sequence_statements("table" dup_select_private.schema_table) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'SELECT CASE WHEN g.gap OPERATOR(pg_catalog.>) 10000 THEN pg_catalog.setval(%1$L, g.last)
            ELSE (SELECT pg_catalog.max(pg_catalog.nextval(%1$L)) FROM pg_catalog.generate_series(1, g.gap)) END
FROM (SELECT n.last, n.last OPERATOR(pg_catalog.-) q.last_value OPERATOR(pg_catalog.+) (NOT q.is_called)::pg_catalog.int4 AS gap
      FROM (SELECT pg_catalog.max(w.%2$I)::pg_catalog.int8 AS last FROM pg_temp.%3$I AS w) AS n CROSS JOIN %4$s AS q) AS g
WHERE g.gap OPERATOR(pg_catalog.>) 0',
        q.name, c.held, "table".work, q.name)
    FROM unnest(("table".level).columns) c
    CROSS JOIN LATERAL dup_select_private.sequence_of((("table".level).facts).id, (c.facts).name) q (name)
    WHERE (c.facts).expression LIKE 'pg\_catalog.nextval(%' AND q.name IS NOT NULL
    ORDER BY (c.facts).number
$$;

-- Statement that raises where rows are unaccounted for.
CREATE FUNCTION dup_select_private.check_report() RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.do_block(
'
DECLARE
    v_report pg_catalog.record;
BEGIN
    SELECT * INTO v_report FROM pg_temp.put_report AS r
    WHERE r.rows_in OPERATOR(pg_catalog.<>) (r.inserted OPERATOR(pg_catalog.+) r.existing OPERATOR(pg_catalog.+) r.updated
        OPERATOR(pg_catalog.+) r.collapsed OPERATOR(pg_catalog.+) r.rejected)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION ''rows of % are unaccounted for'', v_report.table_name
            USING ERRCODE = ''data_corrupted'', DETAIL = v_report::pg_catalog.text, HINT = ''Nothing was put in.'';
    END IF;
END
')
$$;
