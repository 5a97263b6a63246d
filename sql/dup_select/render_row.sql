SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The part of the trigger that finds or makes a parent. A column that two foreign keys share may be an input itself: a look-up
-- that finds nothing must not overwrite it.
CREATE FUNCTION dup_select_private.find_parent(
    plan dup_select_private.plan, level dup_select_private.plan_level, select_first boolean
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_tries   text := quote_ident((plan.names).attempts);
    v_first   boolean := select_first OR (level.key).index_name IS NULL;
    v_columns text[];
    v_targets text[];
    v_select  text;
    v_insert  text;
    v_take    text;
BEGIN
    SELECT array_agg(k.name ORDER BY k.n), array_agg(dup_select_private.reference(ROW(k.record, k.slot_name)) ORDER BY k.n)
        INTO v_columns, v_targets
    FROM ROWS FROM (unnest((level.reference).parent_columns), unnest(level.own)) WITH ORDINALITY AS k (name, record, slot_name, n)
    WHERE NOT EXISTS (SELECT FROM unnest(level.columns) c
                      WHERE (c.facts).name = k.name AND (c.slot).record = k.record AND (c.slot).name = k.slot_name);
    v_select := dup_select_private.select_row(level, dup_select_private.searched(plan, level), v_columns, v_targets);
    v_insert := dup_select_private.insert_row(level, v_columns, v_targets);
    v_take := dup_select_private.take_found(level, v_targets);
    RETURN format(
'    -- %s
    WHILE %s LOOP
        %s
        %s := %4$s OPERATOR(pg_catalog.+) 1;
    END LOOP;
',
        dup_select_private.title(level),
        dup_select_private.lines(
            array_remove(dup_select_private.unresolved(level, true) || dup_select_private.wanted(level), NULL)
                || format('%s OPERATOR(pg_catalog.<) 100', v_tries), ' AND', 10),
        CASE
            WHEN v_select IS NULL OR v_take IS NOT NULL AND NOT v_first THEN concat(v_insert, v_take)
            ELSE concat(CASE WHEN v_first THEN v_select ELSE v_insert END, '
        ',      dup_select_private.exit_when_known(level), '
        ',      CASE WHEN v_first THEN v_insert ELSE v_select END, v_take)
        END,
        v_tries);
END
$$;

-- The part of the trigger that finds or makes the row itself. A primary key that is also input must not be overwritten by a
-- look-up that finds nothing: it goes through a variable, or, where it belongs to the natural key, needs no look-up.
CREATE FUNCTION dup_select_private.find_target(plan dup_select_private.plan, select_first boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level   dup_select_private.plan_level := plan.levels[1];
    v_tries   text := quote_ident((plan.names).attempts);
    v_first   boolean := select_first OR plan.superclass IS NOT NULL OR (v_level.key).index_name IS NULL;
    v_columns text[];
    v_targets text[];
    v_news    text[];
    v_return  text;
    v_insert  text;
    v_select  text;
    v_take    text;
BEGIN
    SELECT coalesce(array_agg(r.name ORDER BY r.n), '{}'),
           coalesce(array_agg(dup_select_private.reference(r.slot) ORDER BY r.n), '{}'),
           coalesce(array_agg(dup_select_private.new_column(r.name) ORDER BY r.n), '{}'),
           string_agg(format('            %s := %s;' || chr(10), dup_select_private.new_column(r.name),
                             dup_select_private.reference(r.slot)), '' ORDER BY r.n) FILTER (WHERE (r.slot).record IS NULL)
        INTO v_columns, v_targets, v_news, v_return
    FROM dup_select_private.returned_columns(plan) r;
    v_return := CASE WHEN v_return IS NULL THEN 'IF FOUND THEN RETURN NEW; END IF;'
        ELSE format('IF FOUND THEN%s%s            RETURN NEW;%1$s        END IF;', chr(10), v_return) END;
    v_insert := dup_select_private.insert_row(v_level, v_columns, v_targets);
    IF (v_level.key).parts IS NULL THEN
        RETURN format(
'    -- %s: no unique key is filled by the input, every row is a new one
    IF %s OPERATOR(pg_catalog.<) 100 THEN
        %s
        %s
        RETURN NULL; -- a trigger of the table left it out
    END IF;
',
            dup_select_private.title(v_level), v_tries, v_insert, v_return);
    END IF;
    v_select := dup_select_private.select_row(v_level, dup_select_private.searched(plan, v_level), v_columns, v_targets);
    v_take := dup_select_private.take_found(v_level, v_news);
    RETURN format(
'    -- %s%s
    WHILE %s OPERATOR(pg_catalog.<) 100 LOOP
        %s
        %s%s
        %3$s := %3$s OPERATOR(pg_catalog.+) 1;
    END LOOP;
',
        dup_select_private.title(v_level),
        translate(', looked up in all of ' || plan.superclass, chr(10) || chr(13), '  '),
        v_tries,
        CASE
            WHEN v_select IS NULL OR v_take IS NOT NULL AND NOT v_first THEN v_insert
            ELSE concat(CASE WHEN v_first THEN v_select ELSE v_insert END, '
        ',      v_return, '
        ',      CASE WHEN v_first THEN v_insert ELSE v_select END)
        END,
        v_return, v_take);
END
$$;

-- Primary-key columns that are only known after the look-up, and where the trigger puts them.
CREATE FUNCTION dup_select_private.returned_columns(plan dup_select_private.plan)
RETURNS TABLE (n bigint, name text, type text, slot dup_select_private.slot)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT k.n, k.name, f.type, CASE
        WHEN c.facts IS NULL THEN ROW('NEW', k.name)::dup_select_private.slot
        ELSE ROW(NULL, plan.returned[k.n])::dup_select_private.slot
    END
    FROM unnest(((plan.levels[1]).facts).primary_key) WITH ORDINALITY AS k (name, n)
    JOIN unnest(((plan.levels[1]).facts).columns) f ON f.name = k.name
    LEFT JOIN unnest((plan.levels[1]).columns) c ON (c.facts).number = f.number
    WHERE ((plan.levels[1]).facts).triggered
        OR c.facts IS NULL
        OR NOT EXISTS (SELECT FROM unnest(((plan.levels[1]).key).parts) p WHERE (p.facts).number = f.number)
        OR (c.slot).record IS DISTINCT FROM 'NEW' OR (c.slot).name <> k.name
        OR dup_select_private.fallback(c.facts) IS NOT NULL AND NOT c.echo
$$;

-- Look-up of one row, in the trigger. NULL where the key is one that a BEFORE trigger has yet to make.
CREATE FUNCTION dup_select_private.select_row(
    level dup_select_private.plan_level, table_name text, returned text[], targets text[]
) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select_private.joined(
        CASE WHEN returned = '{}' THEN format('PERFORM FROM %s', table_name)
             ELSE format('SELECT %s INTO %s FROM %s', dup_select_private.name_list(returned), array_to_string(targets, ', '),
                         table_name) END,
        'WHERE ' || dup_select_private.match(level, true, 10)) || ';'
    WHERE (level.key).shown
$$;

-- INSERT of one row, in the trigger.
CREATE FUNCTION dup_select_private.insert_row(level dup_select_private.plan_level, returned text[], targets text[]) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT concat_ws(chr(10) || repeat(' ', 8),
        CASE WHEN (level.facts).triggered AND (level.key).index_name IS NOT NULL
            THEN format('PERFORM pg_catalog.set_config(%s, '''', true);', dup_select_private.found_setting_text()) END,
        dup_select_private.joined(dup_select_private.insert_head(level, 8),
                                  format('VALUES (%s)', dup_select_private.inserted_values(level, 12))),
        dup_select_private.on_conflict(level, returned),
        CASE WHEN returned <> '{}' THEN format('RETURNING %s INTO %s', dup_select_private.name_list(returned),
                                               array_to_string(targets, ', ')) END) || ';'
$$;

-- Two clauses on one line, if that does not get too long.
CREATE FUNCTION dup_select_private.joined(one text, other text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT concat(one, CASE WHEN one || other ~ chr(10) OR length(one) + length(other) > 100 THEN chr(10) || repeat(' ', 8)
                            ELSE ' ' END, other)
$$;

-- How the search for a parent ends: when it is found, and the columns of it that are referred to are not NULL.
CREATE FUNCTION dup_select_private.exit_when_known(level dup_select_private.plan_level) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN bool_and(c.required) THEN 'EXIT WHEN FOUND;'
        ELSE format('EXIT WHEN pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.=) 0;', dup_select_private.reference_list(level.own))
    END
    FROM unnest((level.facts).columns) c
    WHERE c.name = ANY ((level.reference).parent_columns)
$$;

-- The part of the trigger that takes over what ON CONFLICT told of the row that exists. NULL where no BEFORE trigger may have
-- changed the key.
CREATE FUNCTION dup_select_private.take_found(level dup_select_private.plan_level, targets text[]) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'
        IF %spg_catalog.current_setting(%s) OPERATOR(pg_catalog.<>) '''' THEN%s%s
        END IF;',
        CASE WHEN level.path <> '{}' THEN 'NOT FOUND AND ' END,
        dup_select_private.found_setting_text(),
        (SELECT string_agg(format('
            %s := pg_catalog.current_setting(%s)::pg_catalog.jsonb OPERATOR(pg_catalog.->>) %s;',
                   t.name, dup_select_private.found_setting_text(), t.n - 1), '' ORDER BY t.n)
         FROM unnest(targets) WITH ORDINALITY AS t (name, n)),
        CASE WHEN level.path = '{}' THEN chr(10) || repeat(' ', 12) || 'RETURN NEW;' END)
    WHERE (level.facts).triggered AND (level.key).index_name IS NOT NULL
$$;
