SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The part of the trigger that finds or makes a parent. A column that two foreign keys share may be an input itself: a look-up
-- that finds nothing must not overwrite it.
CREATE OR REPLACE FUNCTION dup_select_private.level_find_parent(level jsonb, select_first boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_columns text[];
    v_outs    text[];
    v_select  text;
    v_insert  text;
    v_take    text;
    v_first   boolean := select_first OR NOT level ? 'index';
BEGIN
    SELECT array_agg(k.name ORDER BY k.n), array_agg(k.out ORDER BY k.n) INTO v_columns, v_outs
    FROM ROWS FROM (jsonb_array_elements_text(level -> 'key_columns'),
                    jsonb_array_elements_text(level -> 'own')) WITH ORDINALITY AS k (name, out, n)
    WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(level -> 'columns') AS c
                      WHERE c.value ->> 'column' = k.name AND c.value ->> 'raw' = k.out);
    v_select := dup_select_private.level_select_row(level, dup_select_private.level_from(level), v_columns, v_outs);
    v_insert := dup_select_private.level_insert_row(level, v_columns, v_outs);
    v_take := dup_select_private.level_take_found(level, v_outs, false);
    RETURN format(
'    -- %s
    WHILE %s LOOP
        %s
        %s := %4$s OPERATOR(pg_catalog.+) 1;
    END LOOP;
',
        dup_select_private.level_title(level),
        dup_select_private.level_list(array_cat(dup_select_private.level_pending(level), ARRAY[
            format('%I OPERATOR(pg_catalog.<) 100', level #>> '{made,attempts}')]), ' AND', 10),
        CASE
            WHEN v_select IS NULL OR v_take IS NOT NULL AND NOT v_first THEN concat(v_insert, v_take)
            ELSE concat(CASE WHEN v_first THEN v_select ELSE v_insert END, '
        ',      dup_select_private.level_exit(level), '
        ',      CASE WHEN v_first THEN v_insert ELSE v_select END, v_take)
        END,
        quote_ident(level #>> '{made,attempts}'));
END
$$;

-- The part of the trigger that finds or makes the row itself. A primary key that is also input must not be overwritten by a look-
-- up that finds nothing: it goes through a variable, or, where it belongs to the natural key, needs no look-up.
CREATE OR REPLACE FUNCTION dup_select_private.level_put_target(plan jsonb, superclass oid, select_first boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level   jsonb := plan -> 'target';
    v_tries   text := quote_ident(plan #>> '{made,attempts}');
    v_first   boolean := select_first OR superclass IS NOT NULL OR NOT v_level ? 'index';
    v_columns text[] := ARRAY(SELECT k.name FROM dup_select_private.plan_returned(plan) AS k ORDER BY k.n);
    v_into    text[] := ARRAY(SELECT k.reference FROM dup_select_private.plan_returned(plan) AS k ORDER BY k.n);
    v_return  text := coalesce((SELECT string_agg(format(
            '            %s := %s;', dup_select_private.plan_new(k.name), k.reference) || chr(10), '' ORDER BY k.n)
        FROM dup_select_private.plan_returned(plan) AS k WHERE k.reference !~ '^NEW[.]'), '');
    v_insert  text := dup_select_private.level_insert_row(v_level, v_columns, v_into);
    v_from    text := coalesce(dup_select_private.table_name(superclass) || ' AS existing',
        dup_select_private.level_from(v_level));
    v_select  text := dup_select_private.level_select_row(v_level, v_from, v_columns, v_into);
    v_take    text := dup_select_private.level_take_found(
        v_level, ARRAY(SELECT dup_select_private.plan_new(k.name)
            FROM dup_select_private.plan_returned(plan) AS k ORDER BY k.n), true);
BEGIN
    v_return := CASE WHEN v_return = '' THEN 'IF FOUND THEN RETURN NEW; END IF;'
        ELSE format('IF FOUND THEN%s%s            RETURN NEW;%1$s        END IF;', chr(10), v_return) END;
    IF NOT v_level ? 'elements' THEN
        RETURN format(
'    -- %s: no unique key is filled by the input, every row is a new one
    IF %s OPERATOR(pg_catalog.<) 100 THEN
        %s
        %s
        RETURN NULL; -- a trigger of the table left it out
    END IF;
',
            dup_select_private.level_title(v_level), v_tries, v_insert, v_return);
    END IF;
    RETURN format(
'    -- %s%s
    WHILE %s OPERATOR(pg_catalog.<) 100 LOOP
        %s
        %s%s
        %3$s := %3$s OPERATOR(pg_catalog.+) 1;
    END LOOP;
',
        dup_select_private.level_title(v_level),
        translate(', looked up in all of ' || dup_select_private.table_name(superclass), chr(10) || chr(13), '  '),
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

-- Look-up of one row, in the trigger. NULL where the key is one that a BEFORE trigger has yet to make.
CREATE OR REPLACE FUNCTION dup_select_private.level_select_row(level jsonb, table_name text, returned text[], targets text[])
RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT s.head || CASE
        WHEN s.match ~ chr(10) OR length(s.head) + length(s.match) > 100 THEN chr(10) || repeat(' ', 8)
        ELSE ' '
    END || 'WHERE ' || s.match || ';'
    FROM (SELECT CASE WHEN returned = '{}' THEN format('PERFORM FROM %s', table_name)
                     ELSE format('SELECT %s INTO %s FROM %s', dup_select_private.name_list(returned),
                                 array_to_string(targets, ', '), table_name) END AS head,
                 dup_select_private.level_match(level, 10) AS match) AS s
    WHERE (level ->> 'shown')::boolean
$$;

-- INSERT of one row, in the trigger.
CREATE OR REPLACE FUNCTION dup_select_private.level_insert_row(level jsonb, returned text[], targets text[]) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT concat_ws(chr(10) || repeat(' ', 8),
        CASE WHEN (level ->> 'triggered')::boolean AND level ? 'index'
            THEN format('PERFORM pg_catalog.set_config(%s, '''', true);', dup_select_private.level_found_setting()) END,
        i.head || CASE WHEN i.head ~ chr(10) OR length(i.head) + length(i.row) > 100 THEN chr(10) || repeat(' ', 8) ELSE ' ' END
            || i.row,
        dup_select_private.level_conflict(level, returned),
        CASE WHEN returned <> '{}' THEN format('RETURNING %s INTO %s', dup_select_private.name_list(returned),
                                               array_to_string(targets, ', ')) END) || ';'
    FROM (SELECT dup_select_private.level_insert_head(level, 8) AS head,
                 format('VALUES (%s)', dup_select_private.level_list(dup_select_private.level_values(level, 'stored'), ', ',
                     12)) AS row) AS i
$$;

-- The part of the trigger that takes over what ON CONFLICT told of the row that stands. NULL where no BEFORE trigger may have
-- changed the key.
CREATE OR REPLACE FUNCTION dup_select_private.level_take_found(level jsonb, targets text[], is_target boolean) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'
        IF %spg_catalog.current_setting(%s) OPERATOR(pg_catalog.<>) '''' THEN%s%s
        END IF;',
        CASE WHEN NOT is_target THEN 'NOT FOUND AND ' END,
        dup_select_private.level_found_setting(),
        (SELECT string_agg(format('
            %s := pg_catalog.current_setting(%s)::pg_catalog.jsonb OPERATOR(pg_catalog.->>) %s;',
                   t.name, dup_select_private.level_found_setting(), t.n - 1), '' ORDER BY t.n)
         FROM unnest(targets) WITH ORDINALITY AS t (name, n)),
        CASE WHEN is_target THEN chr(10) || repeat(' ', 12) || 'RETURN NEW;' END)
    WHERE (level ->> 'triggered')::boolean AND level ? 'index'
$$;

-- How the search for a parent ends: when it is found, and the columns of it that are referred to are not NULL.
CREATE OR REPLACE FUNCTION dup_select_private.level_exit(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN bool_and(c.required) THEN 'EXIT WHEN FOUND;'
        ELSE format('EXIT WHEN pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.=) 0;',
                    array_to_string(ARRAY(SELECT jsonb_array_elements_text(level -> 'own')), ', '))
    END
    FROM dup_select_private.plan_table_columns((level ->> 'relation')::oid) AS c
    WHERE level -> 'key_columns' ? c.column_name
$$;
