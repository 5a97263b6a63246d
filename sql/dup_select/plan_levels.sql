SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The levels of a mapping with the columns that it fills, children first. Errors: 42703, 42702, 428C9, 0A000.
CREATE FUNCTION dup_select_private.plan_levels(target oid, mapping jsonb) RETURNS dup_select_private.plan_level[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_levels dup_select_private.plan_level[] := '{}';
    v_entry  record;
BEGIN
    FOR v_entry IN
        SELECT l.path
        FROM (SELECT DISTINCT p.path[: n] AS path, n
              FROM dup_select_private.paths_of_mapping(mapping) p CROSS JOIN generate_series(0, cardinality(p.path) - 1) n) l
        ORDER BY l.n, l.path COLLATE "C"
    LOOP
        v_levels := v_levels || dup_select_private.new_level(target, v_entry.path, v_levels);
    END LOOP;
    FOR v_n IN 1 .. cardinality(v_levels) LOOP
        v_levels[v_n].columns := dup_select_private.mapped_columns((v_levels[v_n]).facts, (v_levels[v_n]).path, mapping);
    END LOOP;
    RETURN dup_select_private.note_shared_columns(v_levels);
END
$$;

-- Number of the level at a path.
CREATE FUNCTION dup_select_private.level_at(levels dup_select_private.plan_level[], path text[]) RETURNS integer
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT n FROM generate_subscripts(levels, 1) n WHERE (levels[n]).path = level_at.path
$$;

-- A level without its columns: the target, or the parent at the end of a path, whose child is among the levels.
CREATE FUNCTION dup_select_private.new_level(target oid, path text[], levels dup_select_private.plan_level[])
RETURNS dup_select_private.plan_level
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level dup_select_private.plan_level;
    v_child dup_select_private.plan_level;
BEGIN
    v_level.path := path;
    v_level.columns := '{}';
    v_level.shared := '{}';
    v_level.own := '{}';
    IF path = '{}' THEN
        v_level.facts := dup_select_private.table_facts(target);
        v_level.name := (v_level.facts).name;
        v_level.reported := (v_level.facts).name;
        v_level.optional := false;
        RETURN v_level;
    END IF;
    v_level.child := dup_select_private.level_at(levels, trim_array(path, 1));
    v_child := levels[v_level.child];
    v_level.reference := dup_select_private.foreign_key_at(v_child.facts, path);
    v_level.facts := dup_select_private.table_facts((v_level.reference).parent);
    v_level.name := regexp_replace(path[cardinality(path)], '_(id|fk|fkey)$', '');
    v_level.reported := CASE WHEN (v_level.facts).schema_id = ((levels[1]).facts).schema_id THEN (v_level.facts).name
                             ELSE (v_level.facts).qualified_name END;
    v_level.optional := v_child.optional OR (v_level.reference).nullable;
    RETURN v_level;
END
$$;

-- The foreign key that the last element of a path names. Errors: 42703, 42702; 0A000 where it refers to a period.
CREATE FUNCTION dup_select_private.foreign_key_at(child dup_select_private.table_facts, path text[])
RETURNS dup_select_private.foreign_key_facts
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_element text := path[cardinality(path)];
    v_found   dup_select_private.foreign_key_facts[];
BEGIN
    v_found := ARRAY(SELECT k FROM unnest(child.foreign_keys) k WHERE NOT k.temporal AND k.columns = ARRAY[v_element]);
    IF v_found = '{}' THEN
        v_found := ARRAY(SELECT k FROM unnest(child.foreign_keys) k WHERE NOT k.temporal AND k.name = v_element);
    END IF;
    IF v_found = '{}' AND EXISTS (SELECT FROM unnest(child.foreign_keys) k WHERE k.temporal AND k.name = v_element) THEN
        RAISE EXCEPTION '% of path % refers to a period, not to one row',
            quote_ident(v_element), dup_select_private.path_text(path)
            USING ERRCODE = 'feature_not_supported', HINT = 'Map its columns themselves: a foreign key with PERIOD is no path.';
    ELSIF v_found = '{}' THEN
        RAISE EXCEPTION '% of path % is no foreign key of %', quote_ident(v_element), dup_select_private.path_text(path),
            child.qualified_name
            USING ERRCODE = 'undefined_column',
                  HINT = 'Name a foreign key by its column if it has one column, or by its constraint.';
    ELSIF cardinality(v_found) > 1 THEN
        RAISE EXCEPTION '% of path % is the column of several foreign keys of %', quote_ident(v_element),
            dup_select_private.path_text(path), child.qualified_name
            USING ERRCODE = 'ambiguous_column', HINT = 'Name the foreign key by its constraint.';
    END IF;
    RETURN v_found[1];
END
$$;

-- The columns that a mapping fills of the table at a path, in the order of their names.
CREATE FUNCTION dup_select_private.mapped_columns(facts dup_select_private.table_facts, path text[], mapping jsonb)
RETURNS dup_select_private.plan_column[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN ARRAY(
        SELECT dup_select_private.mapped_column(c.facts, facts.qualified_name, p.path, p.expression)
        FROM dup_select_private.paths_of_mapping(mapping) p
        LEFT JOIN (SELECT c AS facts, c.name FROM unnest(facts.columns) c) c ON c.name = p.path[cardinality(p.path)]
        WHERE trim_array(p.path, 1) = mapped_columns.path
        ORDER BY p.path COLLATE "C");
END
$$;

-- The column at the end of a path. Raises where there is none (42703), or it is generated (428C9).
CREATE FUNCTION dup_select_private.mapped_column(
    facts dup_select_private.column_facts, table_name text, path text[], expression text
) RETURNS dup_select_private.plan_column
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_name   text := path[cardinality(path)];
    v_column dup_select_private.plan_column;
BEGIN
    IF facts.number IS NULL THEN
        RAISE EXCEPTION '% has no column %, to which path % leads', table_name, quote_ident(v_name),
            dup_select_private.path_text(path)
            USING ERRCODE = 'undefined_column',
                  HINT = 'A path ends in a column; a foreign key is followed by its parent''s columns.';
    ELSIF facts.generated THEN
        RAISE EXCEPTION 'column % of % is generated, path % cannot fill it', quote_ident(v_name), table_name,
            dup_select_private.path_text(path)
            USING ERRCODE = 'generated_always', HINT = 'Map the columns from which it is generated.';
    END IF;
    v_column.facts := facts;
    v_column.expression := expression;
    v_column.input := dup_select_private.input_of(expression);
    RETURN v_column;
END
$$;

-- The columns by which levels refer to their parents: the parent's number, the child's, the place in the foreign key.
CREATE FUNCTION dup_select_private.references_of(levels dup_select_private.plan_level[])
RETURNS TABLE (level integer, child integer, n integer, child_column text, parent_column text, out_name text)
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT l.n, l.child, k.n::integer, k.child_column, k.parent_column, k.out_name
    FROM (SELECT n, (levels[n]).child, (levels[n]).reference, (levels[n]).out_names FROM generate_subscripts(levels, 1) n) l
    CROSS JOIN LATERAL ROWS FROM (unnest((l.reference).columns), unnest((l.reference).parent_columns), unnest(l.out_names))
        WITH ORDINALITY AS k (child_column, parent_column, out_name, n)
    WHERE l.child IS NOT NULL
$$;

-- The levels with the key columns that stand for a column which their child fills otherwise too: it gets the values of two
-- parents, which must come from the same place. 0A000 where they do not.
CREATE FUNCTION dup_select_private.note_shared_columns(levels dup_select_private.plan_level[])
RETURNS dup_select_private.plan_level[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_levels dup_select_private.plan_level[] := levels;
    v_shared record;
    v_filler record;
BEGIN
    FOR v_shared IN
        SELECT s.child, s.name, count(DISTINCT s.route) > 1 AS differs, string_agg(s.filler, ' and ' ORDER BY s.filler) AS fillers
        FROM (SELECT r.child, r.child_column AS name, dup_select_private.route(levels, r.level, r.parent_column) AS route,
                     dup_select_private.path_text((levels[r.level]).path) AS filler
              FROM dup_select_private.references_of(levels) r
              UNION ALL
              SELECT DISTINCT r.child, r.child_column, ROW(c.expression, NULL, NULL)::dup_select_private.route,
                     format('%s mapped itself', quote_ident((c.facts).name))
              FROM dup_select_private.references_of(levels) r
              JOIN unnest((levels[r.child]).columns) c ON (c.facts).name = r.child_column
              WHERE cardinality(((levels[r.level]).reference).columns) > 1) s
        GROUP BY s.child, s.name
        HAVING count(*) > 1
    LOOP
        IF v_shared.differs THEN
            RAISE EXCEPTION 'column % is filled twice, by %', quote_ident(v_shared.name), v_shared.fillers
                USING ERRCODE = 'feature_not_supported',
                      HINT = 'Where foreign keys share a column, map it by the same expression below each of them.';
        END IF;
        FOR v_filler IN
            SELECT r.level, r.parent_column FROM dup_select_private.references_of(levels) r
            WHERE r.child = v_shared.child AND r.child_column = v_shared.name
        LOOP
            v_levels[v_filler.level].shared := v_levels[v_filler.level].shared || v_filler.parent_column;
        END LOOP;
    END LOOP;
    RETURN v_levels;
END
$$;

CREATE TYPE dup_select_private.route_value AS (path text[], column_name text, expression text);
COMMENT ON TYPE dup_select_private.route_value IS 'What is mapped at a path from a level.';
CREATE TYPE dup_select_private.route AS (expression text, key_of oid, mapped dup_select_private.route_value[]);
COMMENT ON TYPE dup_select_private.route IS
    'Where a value comes from: an expression, or the table that it is a key of and all that is mapped there.';

-- Where the value of a level's column comes from. Equal routes lead to equal values.
CREATE FUNCTION dup_select_private.route(levels dup_select_private.plan_level[], level integer, column_name text)
RETURNS dup_select_private.route
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_mapped text := (SELECT c.expression FROM unnest((levels[level]).columns) c WHERE (c.facts).name = column_name);
    v_path   text[] := (levels[level]).path;
    v_parent record;
BEGIN
    IF v_mapped IS NOT NULL THEN
        RETURN ROW(v_mapped, NULL, NULL)::dup_select_private.route;
    END IF;
    SELECT r.level, r.parent_column INTO v_parent
    FROM dup_select_private.references_of(levels) r
    WHERE r.child = route.level AND r.child_column = route.column_name
    LIMIT 1;
    IF FOUND THEN
        RETURN dup_select_private.route(levels, v_parent.level, v_parent.parent_column);
    END IF;
    RETURN ROW(NULL, ((levels[level]).facts).id, ARRAY(
        SELECT ROW(m.path, m.name, m.expression)::dup_select_private.route_value
        FROM (SELECT (levels[n]).path[cardinality(v_path) + 1 :] AS path, (c.facts).name, c.expression
              FROM generate_subscripts(levels, 1) n LEFT JOIN unnest((levels[n]).columns) c ON true
              WHERE (levels[n]).path[: cardinality(v_path)] = v_path) m
        ORDER BY m.path, m.name))::dup_select_private.route;
END
$$;
