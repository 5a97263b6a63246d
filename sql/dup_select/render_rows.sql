SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- What the statements of put_table read: the work table, with the keys of levels that have had their turn beside its own columns.

-- FROM item of the rows of which a level is found or made: the classes of its map, or the input rows, with what the look-up
-- reads, or with all that is inserted.
CREATE FUNCTION dup_select_private.level_rows(
    plan dup_select_private.plan, level dup_select_private.plan_level, with_payload boolean
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN level.together IS NOT NULL THEN dup_select_private.work_rows(plan)
            WHEN level.classes IS NOT NULL THEN format('pg_temp.%I AS %I', level.map, (plan.names).rows)
            ELSE dup_select_private.rows_with_keys(plan, dup_select_private.level_at(plan.levels, level.path),
                                                   dup_select_private.named_places(level, with_payload), NULL)
        END);
END
$$;

-- FROM item of the rows that are inserted into a level: of each class the first input row.
CREATE FUNCTION dup_select_private.inserted_rows(plan dup_select_private.plan, level dup_select_private.plan_level) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN level.classes IS NULL THEN dup_select_private.level_rows(plan, level, true)
            ELSE dup_select_private.rows_with_keys(
                plan, dup_select_private.level_at(plan.levels, level.path), dup_select_private.named_places(level, true), format(
                'JOIN pg_temp.%1$I ON %1$I.%2$I OPERATOR(pg_catalog.=) %3$I.%2$I', level.map, (plan.names).row,
                (plan.names).rows))
        END);
END
$$;

-- What the statements of a level name, but for the row itself.
CREATE FUNCTION dup_select_private.named_places(level dup_select_private.plan_level, with_payload boolean) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT array_agg(s.name ORDER BY s.n)
        FROM (SELECT s.name, min(s.part * 10000 + s.n) AS n
              FROM (SELECT (c.slot).name, 1 AS part, (c.facts).number AS n FROM unnest(level.columns) c
                    WHERE with_payload OR dup_select_private.is_of_key(level, (c.facts).number)
                       OR (c.facts).number = ANY ((level.key).predicate_columns)
                    UNION ALL
                    SELECT o.name, 2, o.n
                    FROM unnest(level.own || level.above || (level.key).wanted) WITH ORDINALITY AS o (record, name, n)) s
              GROUP BY s.name) s);
END
$$;

-- FROM item of the input rows with these places, when the turn of a level comes. selected: join of the level's own map, where
-- that is not by its own condition.
CREATE FUNCTION dup_select_private.rows_with_keys(
    plan dup_select_private.plan, number integer, places text[], selected text
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_base  text := dup_select_private.base_table(plan, number);
    v_held  boolean;
    v_from  integer := CASE WHEN v_base = plan.wide
                            THEN (SELECT max(l) FROM generate_subscripts(plan.levels, 1) l
                                  WHERE (plan.levels[l]).together IS NOT NULL) END; -- it has the keys of those before
    v_maps  integer[] := '{}';
    v_items text[] := ARRAY[format('%I.%I', (plan.names).rows, (plan.names).row)];
    v_name  text;
    v_found integer[];
    v_value text;
BEGIN
    FOR v_name, v_held IN
        SELECT p.name, h.name IS NOT NULL
        FROM unnest(places) WITH ORDINALITY AS p (name, n)
        LEFT JOIN (SELECT DISTINCT unnest(dup_select_private.held_places(plan, v_base)) AS name) h ON h.name = p.name
        ORDER BY p.n
    LOOP
        v_found := ARRAY(
            SELECT l FROM generate_subscripts(plan.levels, 1) l
            WHERE l >= number AND (plan.levels[l]).map IS NOT NULL
                AND EXISTS (SELECT FROM unnest((plan.levels[l]).own) o WHERE o.name = v_name)
                AND l <= coalesce(v_from, l)
            ORDER BY l DESC);
        v_maps := v_maps || v_found;
        v_value := array_to_string(
            CASE WHEN v_held THEN ARRAY[format('%I.%I', (plan.names).rows, v_name)] ELSE '{}' END
            || ARRAY(SELECT format('%I.%I', (plan.levels[l]).map, v_name) FROM unnest(v_found) l), ', ');
        v_items := v_items || CASE WHEN v_held::integer + cardinality(v_found) > 1
                                   THEN format('coalesce(%s) AS %I', v_value, v_name) ELSE v_value END;
    END LOOP;
    IF v_maps = '{}' THEN
        RETURN format('pg_temp.%I AS %I', v_base, (plan.names).rows);
    END IF;
    RETURN format(
'(
    SELECT %1$s
    FROM pg_temp.%2$I AS %3$I
    %4$s
) AS %3$I',
        dup_select_private.lines(v_items, ', ', 8), v_base, (plan.names).rows,
        (SELECT string_agg(CASE WHEN l = number AND selected IS NOT NULL THEN selected
                                ELSE dup_select_private.map_join(plan, plan.levels[l]) END,
                           chr(10) || repeat(' ', 4) ORDER BY l DESC)
         FROM (SELECT DISTINCT unnest(v_maps) AS l) m));
END
$$;

-- The table that holds the input rows when the turn of a level comes.
CREATE FUNCTION dup_select_private.base_table(plan dup_select_private.plan, number integer) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN EXISTS (SELECT FROM generate_subscripts(plan.levels, 1) l
                     WHERE l > base_table.number AND (plan.levels[l]).together IS NOT NULL) THEN plan.wide
        ELSE (plan.names).work
    END
$$;

-- What it has as columns of its own: from the mapping, or from a level before those that are put together, or from one of them.
CREATE FUNCTION dup_select_private.held_places(plan dup_select_private.plan, base text) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT array_agg(h.name)
        FROM (SELECT c.held AS name
              FROM generate_subscripts(plan.levels, 1) l CROSS JOIN unnest((plan.levels[l]).columns) c
              WHERE c.expression IS NOT NULL
              UNION ALL
              SELECT o.name
              FROM generate_subscripts(plan.levels, 1) l CROSS JOIN unnest((plan.levels[l]).own) o
              WHERE base = plan.wide AND l >= (SELECT min(t) FROM generate_subscripts(plan.levels, 1) t
                                               WHERE (plan.levels[t]).together IS NOT NULL)) h);
END
$$;

-- Join of the map of a level to the work table. As records, NULLs are equal, and can be hashed.
CREATE FUNCTION dup_select_private.map_join(plan dup_select_private.plan, level dup_select_private.plan_level) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT format('LEFT JOIN pg_temp.%I ON %s', level.map, CASE
            WHEN level.classes IS NULL THEN format('%I.%I OPERATOR(pg_catalog.=) %I.%2$I', level.map, (plan.names).row,
                                                   (plan.names).rows)
            ELSE (SELECT concat_ws(' AND ', string_agg(c.own || ' ' || c.operator || ' ' || c.given, ' AND ' ORDER BY c.n)
                                                FILTER (WHERE NOT c.nullable),
                      'ROW(' || string_agg(c.own, ', ' ORDER BY c.n) FILTER (WHERE c.nullable)
                          || ')::pg_catalog.record OPERATOR(pg_catalog.=) ROW('
                          || string_agg(c.given, ', ' ORDER BY c.n) FILTER (WHERE c.nullable) || ')::pg_catalog.record')
                  FROM (SELECT c.*, format('%I.%I', level.map, c.name) AS own, format('%I.%I', (plan.names).rows, c.name) AS given
                        FROM unnest(level.classes) WITH ORDINALITY AS c (name, operator, nullable, n)) c)
        END));
END
$$;

-- Statement that makes the map of a level: empty, or with the classes.
CREATE FUNCTION dup_select_private.make_map(plan dup_select_private.plan, level dup_select_private.plan_level) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN level.classes IS NULL THEN format(
'CREATE TEMPORARY TABLE %I (%s)%s',
                level.map, concat_ws(', ', format('%I tid', (plan.names).row),
                    (SELECT string_agg(format('%I %s', r.slot_name, r.type), ', ' ORDER BY r.n)
                     FROM dup_select_private.results(plan, level) r)), dup_select_private.on_commit(plan))
            ELSE format(
'CREATE TEMPORARY TABLE %I%s AS
%s',
                level.map, dup_select_private.on_commit(plan), dup_select_private.classes_query(plan, level))
        END);
END
$$;

-- ANALYZE of a map that has classes. Without, the input with the keys of two parents was expected to be 2.4 times what it is, and
-- was hashed, in several batches, instead of their maps.
CREATE FUNCTION dup_select_private.analyze_map(level dup_select_private.plan_level) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.format('ANALYZE pg_temp.%I (%s)', level.map, string_agg(pg_catalog.quote_ident(c.name), ', ' ORDER BY c.n))
    FROM pg_catalog.unnest(level.classes) WITH ORDINALITY AS c (name, operator, nullable, n)
$$;

-- Query of the classes of a level, of each of them the first row, how many there are, and the key of the row that exists where it
-- is looked up at once. NULL where it has none.
CREATE FUNCTION dup_select_private.classes_query(plan dup_select_private.plan, level dup_select_private.plan_level) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE WHEN dup_select_private.is_found_at_once(level) THEN format(
'SELECT %1$I.*, %2$s
FROM (
    %3$s
) AS %1$I
LEFT JOIN %4$s
  ON %5$s',
            (plan.names).rows, string_agg(format('%I::%s AS %I', r.name, r.type, r.slot_name), ', ' ORDER BY r.n),
            dup_select_private.indented(dup_select_private.distinct_classes(plan, level, NULL), 4),
            dup_select_private.searched(plan, level),
            concat_ws(' AND ', dup_select_private.wanted(level), dup_select_private.match(level, false, 2)))
        ELSE dup_select_private.distinct_classes(
            plan, level, string_agg(format('NULL::%s AS %I', r.type, r.slot_name), ', ' ORDER BY r.n)) END
        FROM dup_select_private.results(plan, level) r
        HAVING level.classes IS NOT NULL);
END
$$;

-- Whether the rows of a level that exist are looked up while its classes are told: where equality alone finds them, and each of
-- them once. An UPDATE of all classes took a fifth of a call for rows that exist.
CREATE FUNCTION dup_select_private.is_found_at_once(level dup_select_private.plan_level) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN level.classes IS NOT NULL AND (level.key).index_name IS NOT NULL
        AND ((level.key).nulls_distinct OR NOT EXISTS (SELECT FROM dup_select_private.key_values(level) v WHERE v.nullable));
END
$$;

-- Query of the classes of a level, with their parents' keys. more: further columns.
CREATE FUNCTION dup_select_private.distinct_classes(plan dup_select_private.plan, level dup_select_private.plan_level, more text)
RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN k.parents IS NULL AND more IS NULL THEN c.query
            ELSE format(
'SELECT %s
FROM (
    %s
) AS %I%s',
                concat_ws(', ', format('%I.*', (plan.names).rows), k.parents, more), dup_select_private.indented(c.query, 4),
                (plan.names).rows,
                (SELECT string_agg(chr(10) || dup_select_private.map_join(plan, plan.levels[p]), '' ORDER BY p)
                 FROM unnest(k.numbers) p))
        END
        FROM dup_select_private.level_at(plan.levels, level.path) n (number)
        CROSS JOIN LATERAL (
            SELECT format(
'SELECT %1$s, pg_catalog.min(%3$I) AS %3$I, pg_catalog.count(*) AS %4$I
FROM pg_temp.%2$I
GROUP BY %1$s',
                string_agg(quote_ident(c.name), ', '), dup_select_private.base_table(plan, n.number), (plan.names).row,
                (plan.names).number) AS query
            FROM unnest(level.classes) c) c
        CROSS JOIN LATERAL (
            SELECT array_agg(DISTINCT p) AS numbers, string_agg(format('%I.%I', (plan.levels[p]).map, (c.slot).name), ', '
                                                                ORDER BY p DESC, (c.facts).number) AS parents
            FROM unnest(level.columns) c
            JOIN generate_subscripts(plan.levels, 1) p
                ON (plan.levels[p]).child = n.number AND c.slot = ANY ((plan.levels[p]).own)
            WHERE c.expression IS NULL AND dup_select_private.is_of_key(level, (c.facts).number)) k);
END
$$;
