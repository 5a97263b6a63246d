SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The levels of a mapping, children first: jsonb array. Errors: 42703, 42702, 428C9, 0A000. A level is a table at a path from the
-- target: the target itself at the empty path, a parent at the path of its foreign key.
CREATE OR REPLACE FUNCTION dup_select_private.plan_levels(target oid, mapping jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_entry  record;
    v_levels jsonb := jsonb_build_object('', dup_select_private.plan_level(target, '{}', NULL));
    v_path   text;
    v_child  text;
    v_column text;
    v_input  text;
BEGIN
    FOR v_entry IN SELECT * FROM dup_select_private.mapping_paths(mapping) AS p ORDER BY cardinality(p.path), p.path LOOP
        v_path := '';
        FOR v_step IN 1 .. cardinality(v_entry.path) - 1 LOOP
            v_child := v_path;
            v_path := dup_select_private.path_text(v_entry.path[:v_step]);
            IF NOT v_levels ? v_path THEN
                v_levels := v_levels || jsonb_build_object(v_path, dup_select_private.plan_level(
                    (v_levels #>> ARRAY[v_child, 'relation'])::oid, v_entry.path[:v_step], v_levels -> v_child));
            END IF;
        END LOOP;
        v_column := v_entry.path[cardinality(v_entry.path)];
        PERFORM dup_select_private.plan_check_column((v_levels #>> ARRAY[v_path, 'relation'])::oid, v_column, v_entry.path);
        v_levels := jsonb_set(v_levels, ARRAY[v_path, 'mapped', v_column], to_jsonb(v_entry.expression));
        v_input := dup_select_private.mapping_input(v_entry.expression);
        IF v_input IS NOT NULL THEN
            v_levels := jsonb_set(v_levels, ARRAY[v_path, 'inputs', v_column], to_jsonb(v_input));
        END IF;
    END LOOP;
    v_levels := (SELECT jsonb_agg(l.value ORDER BY jsonb_array_length(l.value -> 'path'), l.value -> 'path')
                 FROM jsonb_each(v_levels) AS l);
    RETURN dup_select_private.plan_shared_columns(v_levels);
END
$$;

-- A level without its columns: the target, or the parent at the end of a path.
CREATE OR REPLACE FUNCTION dup_select_private.plan_level(relation oid, path text[], child jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_key  pg_constraint;
    v_level jsonb := jsonb_build_object(
        'path', path, 'mapped', '{}'::jsonb, 'inputs', '{}'::jsonb, 'shared', '{}'::jsonb,
        'held', '{}'::jsonb, 'returned', '{}'::jsonb);
BEGIN
    IF child IS NULL THEN
        RETURN v_level || jsonb_build_object('relation', relation::bigint, 'table', dup_select_private.table_name(relation),
            'name', (SELECT c.relname FROM pg_class c WHERE c.oid = relation));
    END IF;
    SELECT * INTO STRICT v_key FROM pg_constraint c
    WHERE c.oid = dup_select_private.plan_foreign_key(relation, path[cardinality(path)], path);
    RETURN v_level || jsonb_build_object(
        'relation', v_key.confrelid::bigint, 'table', dup_select_private.table_name(v_key.confrelid),
        'name', regexp_replace(path[cardinality(path)], '_(id|fk|fkey)$', ''),
        'child', child -> 'path',
        'child_columns', (SELECT jsonb_agg(a.attname ORDER BY k.n) FROM unnest(v_key.conkey) WITH ORDINALITY AS k (attnum, n)
                          JOIN pg_attribute a ON a.attrelid = v_key.conrelid AND a.attnum = k.attnum),
        'key_columns', (SELECT jsonb_agg(a.attname ORDER BY k.n) FROM unnest(v_key.confkey) WITH ORDINALITY AS k (attnum, n)
                        JOIN pg_attribute a ON a.attrelid = v_key.confrelid AND a.attnum = k.attnum),
        'equalities', (SELECT jsonb_agg(format('OPERATOR(%I.%s)', n.nspname, o.oprname) ORDER BY k.n)
                       FROM unnest(v_key.conpfeqop) WITH ORDINALITY AS k (operator, n)
                       JOIN pg_operator o ON o.oid = k.operator JOIN pg_namespace n ON n.oid = o.oprnamespace),
        'optional', coalesce((child ->> 'optional')::boolean, false)
            OR EXISTS (SELECT FROM pg_attribute a
                       WHERE a.attrelid = v_key.conrelid AND a.attnum = ANY (v_key.conkey)
                         AND NOT dup_select_private.plan_is_not_null(a)));
END
$$;

-- The foreign key that an element of a path names. Errors: 42703, 42702; 0A000 where it refers to a period.
CREATE OR REPLACE FUNCTION dup_select_private.plan_foreign_key(relation oid, element text, path text[]) RETURNS oid
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_found oid[];
BEGIN
    SELECT array_agg(c.oid) INTO v_found
    FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
    WHERE c.conrelid = relation AND c.contype = 'f' AND dup_select_private.plan_is_own(c) AND a.attname = element;
    IF v_found IS NULL THEN
        SELECT array_agg(c.oid) INTO v_found
        FROM pg_constraint c
        WHERE c.conrelid = relation AND c.contype = 'f' AND dup_select_private.plan_is_own(c) AND c.conname = element;
    END IF;
    IF v_found IS NULL AND EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = relation AND c.conname = element
                                       AND c.contype = 'f' AND dup_select_private.plan_is_temporal(c))
    THEN
        RAISE EXCEPTION '% of path % refers to a period, not to one row', quote_ident(element),
            dup_select_private.path_text(path)
            USING ERRCODE = 'feature_not_supported', HINT = 'Map its columns themselves: a foreign key with PERIOD is no path.';
    ELSIF v_found IS NULL THEN
        RAISE EXCEPTION '% of path % is no foreign key of %', quote_ident(element), dup_select_private.path_text(path),
            dup_select_private.table_name(relation)
            USING ERRCODE = 'undefined_column',
                  HINT = 'Name a foreign key by its column if it has one column, or by its constraint.';
    END IF;
    IF cardinality(v_found) > 1 THEN
        RAISE EXCEPTION '% of path % is the column of several foreign keys of %', quote_ident(element),
            dup_select_private.path_text(path), dup_select_private.table_name(relation)
            USING ERRCODE = 'ambiguous_column', HINT = 'Name the foreign key by its constraint.';
    END IF;
    RETURN v_found[1];
END
$$;

-- Raises where a path ends in no column (42703) or in a generated one (428C9).
CREATE OR REPLACE FUNCTION dup_select_private.plan_check_column(relation oid, column_name text, path text[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_generated boolean;
BEGIN
    SELECT c.generated IS NOT NULL INTO v_generated
    FROM dup_select_private.plan_table_columns(relation) AS c WHERE c.column_name = plan_check_column.column_name;
    IF NOT FOUND THEN
        RAISE EXCEPTION '% has no column %, to which path % leads', dup_select_private.table_name(relation),
            quote_ident(column_name), dup_select_private.path_text(path)
            USING ERRCODE = 'undefined_column',
                  HINT = 'A path ends in a column; a foreign key is followed by its parent''s columns.';
    END IF;
    IF v_generated THEN
        RAISE EXCEPTION 'column % of % is generated, path % cannot fill it', quote_ident(column_name),
            dup_select_private.table_name(relation), dup_select_private.path_text(path)
            USING ERRCODE = 'generated_always', HINT = 'Map the columns from which it is generated.';
    END IF;
END
$$;

-- The levels with the key columns that stand for a column which their child fills otherwise too. 0A000 where the mapping does not
-- fill it from the same place each time. A column that two foreign keys share gets the values of two parents: they must come from
-- the same place.
CREATE OR REPLACE FUNCTION dup_select_private.plan_shared_columns(levels jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_levels jsonb := levels;
    v_shared record;
    v_level  record;
BEGIN
    FOR v_shared IN
        SELECT s.child, s.name, count(DISTINCT s.route) > 1 AS differs, string_agg(s.filler, ' and ' ORDER BY s.filler) AS fillers
        FROM (SELECT l.value -> 'child' AS child, k.name, dup_select_private.plan_route(levels, l.value -> 'path',
            k.key) AS route,
                     dup_select_private.path_text(ARRAY(SELECT jsonb_array_elements_text(l.value -> 'path'))) AS filler
              FROM jsonb_array_elements(levels) AS l
              CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                            jsonb_array_elements_text(l.value -> 'key_columns')) AS k (name, key)
              UNION ALL
              SELECT DISTINCT l.value -> 'child', k.name, c.value -> 'mapped' -> k.name,
                     format('%s mapped itself', quote_ident(k.name))
              FROM jsonb_array_elements(levels) AS l
              JOIN jsonb_array_elements(levels) AS c ON c.value -> 'path' = l.value -> 'child',
              jsonb_array_elements_text(l.value -> 'child_columns') AS k (name)
              WHERE jsonb_array_length(l.value -> 'child_columns') > 1 AND c.value -> 'mapped' ? k.name) AS s
        GROUP BY s.child, s.name
        HAVING count(*) > 1
    LOOP
        IF v_shared.differs THEN
            RAISE EXCEPTION 'column % is filled twice, by %', quote_ident(v_shared.name), v_shared.fillers
                USING ERRCODE = 'feature_not_supported',
                      HINT = 'Where foreign keys share a column, map it by the same expression below each of them.';
        END IF;
        FOR v_level IN
            SELECT l.n - 1 AS n, k.key
            FROM jsonb_array_elements(levels) WITH ORDINALITY AS l (value, n)
            CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                          jsonb_array_elements_text(l.value -> 'key_columns')) AS k (name, key)
            WHERE l.value -> 'child' = v_shared.child AND k.name = v_shared.name
        LOOP
            v_levels := jsonb_set(v_levels, ARRAY[v_level.n::text, 'shared', v_level.key], 'true');
        END LOOP;
    END LOOP;
    RETURN v_levels;
END
$$;

-- Where the value of a level's column comes from: an expression, or the table that it is a key of and all that is mapped there.
-- Equal routes lead to equal values.
CREATE OR REPLACE FUNCTION dup_select_private.plan_route(levels jsonb, path jsonb, column_name text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level  jsonb := (SELECT l FROM jsonb_array_elements(levels) AS l WHERE l -> 'path' = plan_route.path);
    v_parent record;
BEGIN
    IF v_level -> 'mapped' ? column_name THEN
        RETURN v_level -> 'mapped' -> column_name;
    END IF;
    SELECT l.value -> 'path' AS path, k.key INTO v_parent
    FROM jsonb_array_elements(levels) AS l
    CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                  jsonb_array_elements_text(l.value -> 'key_columns')) AS k (child, key)
    WHERE l.value -> 'child' = plan_route.path AND k.child = plan_route.column_name
    LIMIT 1;
    IF FOUND THEN
        RETURN dup_select_private.plan_route(levels, v_parent.path, v_parent.key);
    END IF;
    RETURN jsonb_build_object('key of', v_level -> 'relation', 'mapped', (
        SELECT jsonb_agg(jsonb_build_array(b.below, l.value -> 'mapped') ORDER BY b.below)
        FROM jsonb_array_elements(levels) AS l
        CROSS JOIN LATERAL (
            SELECT jsonb_agg(e.element ORDER BY e.n) FILTER (WHERE e.n > jsonb_array_length(plan_route.path)) AS below,
                   jsonb_agg(e.element ORDER BY e.n) FILTER (WHERE e.n <= jsonb_array_length(plan_route.path)) AS above
            FROM jsonb_array_elements(l.value -> 'path') WITH ORDINALITY AS e (element, n)) AS b
        WHERE b.above = plan_route.path));
END
$$;

-- The levels with the places that their keys go to. own: where a parent's key goes; above: where the keys of the levels go that
-- it is a parent of. Where one of those is given, nothing below needs a look-up.
CREATE OR REPLACE FUNCTION dup_select_private.plan_references(levels jsonb, by_row boolean) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH owns AS (
        SELECT l.n, l.value, jsonb_agg(CASE
                WHEN by_row THEN dup_select_private.plan_new(o.out)
                ELSE format('%I.%I', l.value #>> '{made,rows}', c.value -> 'held' ->> o.name)
            END ORDER BY o.n) FILTER (WHERE o.n IS NOT NULL) AS own
        FROM jsonb_array_elements(levels) WITH ORDINALITY AS l (value, n)
        LEFT JOIN jsonb_array_elements(levels) AS c ON c.value -> 'path' = l.value -> 'child'
        LEFT JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                     jsonb_array_elements_text(l.value -> 'outs')) WITH ORDINALITY AS o (name, out, n) ON true
        GROUP BY l.n, l.value
    )
    SELECT jsonb_agg(l.value || jsonb_build_object('own', l.own, 'above', (
            SELECT coalesce(jsonb_agg(o.reference ORDER BY a.n), '[]')
            FROM owns a CROSS JOIN LATERAL jsonb_array_elements_text(a.own) AS o (reference)
            WHERE jsonb_array_length(a.value -> 'path') < jsonb_array_length(l.value -> 'path')
              AND NOT EXISTS (SELECT FROM generate_series(0, jsonb_array_length(a.value -> 'path') - 1) AS i
                              WHERE a.value -> 'path' -> i <> l.value -> 'path' -> i))) ORDER BY l.n)
    FROM owns l
$$;
