SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The levels with names that are unique, and the names of the id columns. Names of the levels, for aliases and variables, and of
-- the view's id columns: as short as they can be told apart.
CREATE OR REPLACE FUNCTION dup_select_private.plan_names(levels jsonb, inputs jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_levels  jsonb := levels;
    v_level   jsonb;
    v_child   jsonb;
    v_name    text;
    v_outs    text[];
    v_column  text;
    v_known   text;
    v_names   text[] := ARRAY[levels #>> '{0,name}'];
    v_taken   text[] := ARRAY(SELECT i.value ->> 'name' FROM jsonb_array_elements(inputs) AS i)
                     || ARRAY(SELECT jsonb_array_elements_text(l.value -> 'child_columns')
                              FROM jsonb_array_elements(levels) AS l WHERE l.value -> 'child' = '[]')
                     || dup_select_private.plan_primary_key((levels #>> '{0,relation}')::oid);
BEGIN
    FOR v_n IN 1 .. jsonb_array_length(levels) - 1 LOOP
        v_level := v_levels -> v_n;
        v_child := (SELECT l FROM jsonb_array_elements(v_levels) AS l WHERE l -> 'path' = v_level -> 'child');
        v_name := v_level ->> 'name';
        IF v_name = ANY (v_names) THEN
            v_name := concat(v_child ->> 'name', '_', v_name);
        END IF;
        v_name := dup_select_private.free_name(v_name, v_names);
        v_names := array_append(v_names, v_name);
        v_outs := '{}';
        FOR v_column IN SELECT jsonb_array_elements_text(v_level -> 'child_columns') LOOP
            v_known := (SELECT o.out
                        FROM jsonb_array_elements(v_levels) AS l
                        CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                                      jsonb_array_elements_text(l.value -> 'outs')) AS o (name, out)
                        WHERE l.value -> 'child' = v_level -> 'child' AND o.name = v_column
                        LIMIT 1);
            IF v_known IS NOT NULL THEN -- foreign keys share the column
                v_column := v_known;
            ELSIF v_level -> 'child' <> '[]' AND v_column = ANY (v_taken) THEN
                v_column := dup_select_private.free_name(concat(v_child ->> 'name', '_', v_column), v_taken);
            END IF;
            v_outs := array_append(v_outs, v_column);
        END LOOP;
        v_taken := v_taken || v_outs;
        v_levels := jsonb_set(v_levels, ARRAY[v_n::text], v_level || jsonb_build_object('name', v_name, 'outs', v_outs));
    END LOOP;
    RETURN v_levels;
END
$$;

-- Raises where an input column of a view is named like one of its id columns: 42701. In a view, an input column may share its
-- name with an id column only where it is that id, or what it is looked up by.
CREATE OR REPLACE FUNCTION dup_select_private.plan_check_names(levels jsonb, inputs jsonb, by_row boolean) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_name text;
    v_what text;
BEGIN
    SELECT o.name, o.what INTO v_name, v_what
    FROM (SELECT k.name, 'the primary key of ' || (levels #>> '{0,table}') AS what, '[]'::jsonb AS path, k.name AS column_name
          FROM unnest(dup_select_private.plan_primary_key((levels #>> '{0,relation}')::oid)) AS k (name)
          UNION ALL
          SELECT o.out, 'the key of ' || (l.value ->> 'table'), l.value -> 'child', o.name
          FROM jsonb_array_elements(levels) AS l
          CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                        jsonb_array_elements_text(l.value -> 'outs')) AS o (name, out)) AS o
    JOIN jsonb_array_elements(inputs) AS i ON i.value ->> 'name' = o.name
    JOIN jsonb_array_elements(levels) AS c ON c.value -> 'path' = o.path
    WHERE by_row AND c.value -> 'inputs' ->> o.column_name IS DISTINCT FROM o.name
      AND o.name <> ALL (dup_select_private.plan_read_keys(levels))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'input column % has the name under which the view gives back %', quote_ident(v_name), v_what
            USING ERRCODE = 'duplicate_column', HINT = 'Give a mapping from an input column of another name.';
    END IF;
END
$$;

-- The levels with every name that the statements make up: of aliases, variables and columns. Each of them is free of what the
-- user's tables and columns are called, and of the others. made: those of the statements as a whole, which every level knows;
-- held: where the level's columns are on the way, variables or columns of the work table; settled: where the
-- work table tells that there is no parent to look for; returned: where the primary key is.
CREATE OR REPLACE FUNCTION dup_select_private.plan_made_names(levels jsonb, inputs jsonb, by_row boolean) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_levels jsonb := levels;
    v_taken  text[] := dup_select_private.plan_user_names(levels, inputs);
    v_made   jsonb := jsonb_build_object('work', CASE WHEN NOT by_row THEN dup_select_private.plan_work_table() END);
    v_wanted record;
    v_name   text;
BEGIN
    FOR v_wanted IN
        SELECT NULL::text[] AS place, w.use, w.name
        FROM unnest(ARRAY['attempts', 'path', 'rows', 'row', 'done', 'number', 'at'],
                    ARRAY['v_attempts', 'v_path', 's', 'put__row', 'put__done', 'put__n', 'v_row'],
                    ARRAY[NULL, true, false, false, false, false, false]) AS w (use, name, by_row)
        WHERE coalesce(w.by_row = plan_made_names.by_row, true)
        UNION ALL
        SELECT ARRAY[(l.n - 1)::text, 'settled'], NULL, concat(l.value ->> 'name', '__settled')
        FROM jsonb_array_elements(levels) WITH ORDINALITY AS l (value, n) WHERE l.n > 1 AND NOT by_row
        UNION ALL
        SELECT ARRAY['0', 'returned', k.name], NULL, concat(CASE WHEN by_row THEN 'v_returned_' ELSE 'put__' END, k.name)
        FROM unnest(dup_select_private.plan_primary_key((levels #>> '{0,relation}')::oid)) AS k (name)
        UNION ALL
        SELECT ARRAY[(l.n - 1)::text, 'held', c.name], NULL, CASE
                WHEN NOT by_row THEN concat(l.value ->> 'name', '__', c.name)
                WHEN l.value -> 'path' = '[]' THEN concat('v_', c.name)
                ELSE concat('v_', l.value ->> 'name', '_', c.name)
            END
        FROM jsonb_array_elements(levels) WITH ORDINALITY AS l (value, n)
        CROSS JOIN LATERAL (
            SELECT jsonb_object_keys(l.value -> 'mapped')
            UNION
            SELECT jsonb_array_elements_text(p.value -> 'child_columns')
            FROM jsonb_array_elements(levels) AS p WHERE p.value -> 'child' = l.value -> 'path'
        ) AS c (name)
        ORDER BY 1 NULLS FIRST, 3
    LOOP
        v_name := dup_select_private.free_name(v_wanted.name, v_taken);
        v_taken := v_taken || v_name;
        IF v_wanted.place IS NULL THEN
            v_made := v_made || jsonb_build_object(v_wanted.use, v_name);
        ELSE
            v_levels := jsonb_set(v_levels, v_wanted.place, to_jsonb(v_name));
        END IF;
    END LOOP;
    RETURN (SELECT jsonb_agg(l.value || jsonb_build_object('made', v_made) ORDER BY l.n)
            FROM jsonb_array_elements(v_levels) WITH ORDINALITY AS l (value, n));
END
$$;

-- Names of all tables and columns that a plan is about. What generated statements can see that is not theirs: dropped and system
-- columns too, the latter cannot be a column's name.
CREATE OR REPLACE FUNCTION dup_select_private.plan_user_names(levels jsonb, inputs jsonb) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT array_agg(n.name)
    FROM (SELECT a.attname::text AS name
          FROM jsonb_array_elements(levels) AS l JOIN pg_attribute a ON a.attrelid = (l.value ->> 'relation')::oid
          UNION
          SELECT c.relname FROM jsonb_array_elements(levels) AS l JOIN pg_class c ON c.oid = (l.value ->> 'relation')::oid
          UNION
          SELECT i.value ->> 'name' FROM jsonb_array_elements(inputs) AS i
          UNION
          SELECT jsonb_array_elements_text(l.value -> 'outs') FROM jsonb_array_elements(levels) AS l) AS n
$$;

-- Name for the work table of put_table. One that no temporary relation or type of the session has. put_table drops its own, so
-- that this is put_table_rows, except where a trigger of a table that put_table fills calls it again.
CREATE OR REPLACE FUNCTION dup_select_private.plan_work_table() RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_name text := 'put_table_rows';
    v_n    integer := 1;
BEGIN
    WHILE to_regclass('pg_temp.' || v_name) IS NOT NULL OR to_regtype('pg_temp.' || v_name) IS NOT NULL LOOP
        v_n := v_n + 1;
        v_name := concat('put_table_rows_', v_n);
    END LOOP;
    RETURN v_name;
END
$$;
