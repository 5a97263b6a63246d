SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- Names of the levels, for aliases and variables, and of the view's columns for their keys: as short as they can be told apart.
CREATE FUNCTION dup_select_private.name_levels(plan dup_select_private.plan) RETURNS dup_select_private.plan
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_plan   dup_select_private.plan := plan;
    v_level  dup_select_private.plan_level;
    v_child  dup_select_private.plan_level;
    v_column text;
    v_known  text;
    v_names  text[] := ARRAY[(plan.levels[1]).name];
    v_taken  text[] := ARRAY(SELECT i.name FROM unnest(plan.inputs) i)
                     || ARRAY(SELECT r.child_column FROM dup_select_private.references_of(plan.levels) r WHERE r.child = 1)
                     || ((plan.levels[1]).facts).primary_key;
BEGIN
    FOR v_n IN 2 .. cardinality(plan.levels) LOOP
        v_level := v_plan.levels[v_n];
        v_child := v_plan.levels[v_level.child];
        IF v_level.name = ANY (v_names) THEN
            v_level.name := concat(v_child.name, '_', v_level.name);
        END IF;
        v_level.name := dup_select_private.free_name(v_level.name, v_names);
        v_names := v_names || v_level.name;
        v_level.out_names := '{}';
        FOREACH v_column IN ARRAY (v_level.reference).columns LOOP
            v_known := (SELECT r.out_name FROM dup_select_private.references_of(v_plan.levels) r
                        WHERE r.child = v_level.child AND r.child_column = v_column AND r.out_name IS NOT NULL LIMIT 1);
            IF v_known IS NOT NULL THEN -- foreign keys share the column
                v_column := v_known;
            ELSIF v_level.child <> 1 AND v_column = ANY (v_taken) THEN
                v_column := dup_select_private.free_name(concat(v_child.name, '_', v_column), v_taken);
            END IF;
            v_level.out_names := v_level.out_names || v_column;
        END LOOP;
        v_taken := v_taken || v_level.out_names;
        v_plan.levels[v_n] := v_level;
    END LOOP;
    v_plan.read_keys := dup_select_private.read_keys(v_plan.levels);
    RETURN v_plan;
END
$$;

-- advisory(id), affected(advisory_id): what is given as advisory_id is the natural key of the parent, and its id as well. It is
-- read as the former, so that the parent is made where it does not exist, and given back as the latter.
CREATE FUNCTION dup_select_private.read_keys(levels dup_select_private.plan_level[]) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT coalesce(array_agg(DISTINCT r.out_name), '{}')
        FROM dup_select_private.references_of(levels) r
        WHERE EXISTS (SELECT FROM unnest((levels[r.level]).columns) c
                      WHERE (c.facts).name = r.parent_column AND c.input = r.out_name)
            AND NOT EXISTS (SELECT FROM unnest((levels[r.child]).columns) c WHERE (c.facts).name = r.child_column));
END
$$;

-- Raises where an input column of a view is named like one of its id columns, unless it is that id, or what it is looked up by:
-- 42701.
CREATE FUNCTION dup_select_private.check_names(plan dup_select_private.plan) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_name text;
    v_what text;
BEGIN
    SELECT o.name, o.what INTO v_name, v_what
    FROM (SELECT k.name, 'the primary key of ' || ((plan.levels[1]).facts).qualified_name AS what, 1 AS level,
                 k.name AS column_name
          FROM unnest(((plan.levels[1]).facts).primary_key) k (name)
          UNION ALL
          SELECT r.out_name, 'the key of ' || ((plan.levels[r.level]).facts).qualified_name, r.child, r.child_column
          FROM dup_select_private.references_of(plan.levels) r) o
    JOIN unnest(plan.inputs) i ON i.name = o.name
    WHERE plan.by_row AND o.name <> ALL (plan.read_keys)
        AND NOT EXISTS (SELECT FROM unnest((plan.levels[o.level]).columns) c
                        WHERE (c.facts).name = o.column_name AND c.input = o.name)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'input column % has the name under which the view gives back %', quote_ident(v_name), v_what
            USING ERRCODE = 'duplicate_column', HINT = 'Give a mapping from an input column of another name.';
    END IF;
END
$$;

-- Every name that the statements make up: each is free of what the user's tables and columns are called, and of the others.
CREATE FUNCTION dup_select_private.name_the_rest(plan dup_select_private.plan) RETURNS dup_select_private.plan
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_plan   dup_select_private.plan := plan;
    v_taken  text[] := dup_select_private.user_names(plan);
    v_wanted text[];
    v_free   text[] := '{}';
    v_level  dup_select_private.plan_level;
    v_name   text;
BEGIN
    v_wanted := CASE WHEN plan.by_row THEN ARRAY['v_attempts', 'v_path']
                     ELSE ARRAY['v_attempts', 's', 'put__row', 'put__done', 'put__n', 'v_row', 'v_key'] END;
    FOREACH v_name IN ARRAY v_wanted || ARRAY(
        SELECT concat(CASE WHEN plan.by_row THEN 'v_returned_' ELSE 'put__' END, k.name)
        FROM unnest(((plan.levels[1]).facts).primary_key) WITH ORDINALITY AS k (name, n) ORDER BY k.n)
    LOOP
        v_free := v_free || dup_select_private.free_name(v_name, v_taken || v_free);
    END LOOP;
    IF plan.by_row THEN
        v_plan.names := ROW(v_free[1], v_free[2], NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    ELSE
        v_plan.names := ROW(v_free[1], NULL, v_free[2], v_free[3], v_free[4], v_free[5], v_free[6],
                            v_free[7], dup_select_private.temporary_table('put_table_rows', '{}'));
    END IF;
    v_plan.returned := v_free[cardinality(v_wanted) + 1 :];
    v_taken := v_taken || v_free;
    FOR v_n IN 1 .. cardinality(plan.levels) LOOP
        v_level := plan.levels[v_n];
        IF v_level.together IS NOT NULL THEN
            v_name := dup_select_private.free_name(concat(v_level.name, '__settled'), v_taken);
            v_taken := v_taken || v_name;
            v_plan.levels[v_n].settled := v_name;
        END IF;
        v_plan.levels[v_n].columns := dup_select_private.with_held_names(v_level.columns, v_taken, CASE
            WHEN NOT plan.by_row THEN v_level.name || '__'
            WHEN v_n = 1 THEN 'v_'
            ELSE concat('v_', v_level.name, '_')
        END);
        v_taken := v_taken || ARRAY(SELECT c.held FROM unnest((v_plan.levels[v_n]).columns) c);
    END LOOP;
    RETURN v_plan;
END
$$;

-- Columns with the names under which they are held: their own behind a prefix.
CREATE FUNCTION dup_select_private.with_held_names(columns dup_select_private.plan_column[], taken text[], prefix text)
RETURNS dup_select_private.plan_column[]
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
    v_names   text[] := dup_select_private.free_names(
        ARRAY(SELECT prefix || (c.facts).name FROM unnest(columns) c ORDER BY (c.facts).name COLLATE "C"), taken);
    v_columns dup_select_private.plan_column[] := '{}';
    v_column  dup_select_private.plan_column;
    v_place   record;
BEGIN
    FOR v_place IN
        SELECT c."column", v_names[row_number() OVER (ORDER BY c.name COLLATE "C")] AS held
        FROM (SELECT c AS "column", (c.facts).name, row_number() OVER () AS n FROM unnest(columns) c) c
        ORDER BY c.n
    LOOP
        v_column := v_place."column";
        v_column.held := v_place.held;
        v_columns := v_columns || v_column;
    END LOOP;
    RETURN v_columns;
END
$$;

-- What generated statements can see that is not theirs.
CREATE FUNCTION dup_select_private.user_names(plan dup_select_private.plan) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level dup_select_private.plan_level;
    v_names text[] := ARRAY(SELECT i.name FROM unnest(plan.inputs) i)
                    || ARRAY(SELECT r.out_name FROM dup_select_private.references_of(plan.levels) r);
BEGIN
    FOREACH v_level IN ARRAY plan.levels LOOP
        v_names := v_names || (v_level.facts).name
            || ARRAY(SELECT n FROM dup_select_private.taken_names((v_level.facts).id) n);
    END LOOP;
    RETURN v_names;
END
$$;
