SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- What put_table remembers of each level: a table with a row for each class of input rows that cannot but have the same row of
-- the level, where such classes can be told by comparing values (200,000 rows that name 50 countries are 50 rows), else with a
-- row for each input row.

-- The plan with these tables named, and the classes told.
CREATE FUNCTION dup_select_private.plan_maps(plan dup_select_private.plan) RETURNS dup_select_private.plan
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_plan  dup_select_private.plan := plan;
    v_level dup_select_private.plan_level;
    v_taken text[] := ARRAY[(plan.names).work];
    v_first integer;
BEGIN
    IF dup_select_private.is_any_maker_good(plan) THEN
        FOR v_n IN 1 .. cardinality(plan.levels) LOOP
            v_plan.levels[v_n].together := NULL;
        END LOOP;
    END IF;
    v_first := (SELECT max(n) FROM generate_subscripts(v_plan.levels, 1) n WHERE (v_plan.levels[n]).together IS NOT NULL);
    v_plan.wide := (plan.names).work;
    IF v_first < cardinality(plan.levels) THEN
        v_plan.wide := dup_select_private.temporary_table('put_together', v_taken);
        v_taken := v_taken || v_plan.wide;
    END IF;
    FOR v_n IN REVERSE cardinality(plan.levels) .. 1 LOOP
        v_level := v_plan.levels[v_n];
        CONTINUE WHEN v_level.together IS NOT NULL;
        v_level.map := dup_select_private.temporary_table('put_' || v_level.name, v_taken);
        v_level.above := dup_select_private.filled_above(plan, v_n);
        v_taken := v_taken || v_level.map;
        IF v_n > 1 AND NOT dup_select_private.is_by_row(v_level) AND (v_level.key).shown
            AND dup_select_private.has_key(v_level) IS NULL AND NOT dup_select_private.is_given(plan, v_n)
        THEN
            v_level.classes := dup_select_private.classes(v_plan, v_n);
        END IF;
        v_plan.levels[v_n] := v_level;
    END LOOP;
    RETURN v_plan;
END
$$;

-- Whether it is all one at which of its levels a row makes a key of a table that is at several: nothing but the key is given, and
-- it is the same key at all of them.
CREATE FUNCTION dup_select_private.is_any_maker_good(plan dup_select_private.plan) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN NOT EXISTS (
        SELECT
        FROM (SELECT plan.levels[n] AS level, n, count(*) OVER t AS times,
                     first_value(((plan.levels[n]).key).index_name) OVER t AS index_name
              FROM generate_subscripts(plan.levels, 1) n
              WINDOW t AS (PARTITION BY ((plan.levels[n]).facts).id)) l
        WHERE l.times > 1
            AND (((l.level).key).index_name IS DISTINCT FROM l.index_name OR l.index_name IS NULL
                 OR ((l.level).key).shown IS NOT TRUE OR dup_select_private.is_by_row(l.level)
                 OR dup_select_private.has_key(l.level) IS NOT NULL
                 OR EXISTS (SELECT FROM unnest((l.level).columns) c
                            WHERE NOT dup_select_private.is_of_key(l.level, (c.facts).number))));
END
$$;

-- Those places above a level that are filled when its turn comes: by a mapping, or by a level before it.
CREATE FUNCTION dup_select_private.filled_above(plan dup_select_private.plan, number integer) RETURNS dup_select_private.slot[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT ARRAY(
            SELECT ROW(a.record, a.name)::dup_select_private.slot
            FROM unnest((plan.levels[number]).above) WITH ORDINALITY AS a (record, name, n)
            WHERE EXISTS (SELECT FROM generate_subscripts(plan.levels, 1) l
                          WHERE l > number AND ROW(a.record, a.name)::dup_select_private.slot = ANY ((plan.levels[l]).own))
               OR EXISTS (SELECT FROM generate_subscripts(plan.levels, 1) l CROSS JOIN unnest((plan.levels[l]).columns) c
                          WHERE (c.slot).name = a.name AND c.expression IS NOT NULL)
            ORDER BY a.n));
END
$$;

-- Whether the key of a parent, or of a level that it is a parent of, may be given, by a mapping or by another parent.
CREATE FUNCTION dup_select_private.is_given(plan dup_select_private.plan, number integer) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT EXISTS (
            SELECT
            FROM unnest((plan.levels[number]).own || (plan.levels[number]).above) s
            CROSS JOIN generate_subscripts(plan.levels, 1) l
            CROSS JOIN unnest((plan.levels[l]).columns) c
            WHERE c.slot = s AND c.expression IS NOT NULL)
            OR EXISTS (
            SELECT FROM generate_subscripts(plan.levels, 1) l
            WHERE l <> number AND (plan.levels[l]).own && (plan.levels[number]).own));
END
$$;

-- The columns of the work table that tell which row of a level an input row has. NULL where they do not: one of them may have
-- equal values of which an expression makes different ones, or a parent is told by row.
CREATE FUNCTION dup_select_private.classes(plan dup_select_private.plan, number integer) RETURNS dup_select_private.plan_class[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level   dup_select_private.plan_level := plan.levels[number];
    v_column  dup_select_private.plan_column;
    v_part    dup_select_private.key_part;
    v_parent  dup_select_private.plan_level;
    v_class   dup_select_private.plan_class;
    v_sources integer[] := ARRAY(SELECT unnest(k.sources) FROM unnest((v_level.facts).keys) k
                                 WHERE k.name = (v_level.key).index_name);
    v_classes dup_select_private.plan_class[] := '{}';
BEGIN
    FOREACH v_column IN ARRAY v_level.columns LOOP
        v_part := (SELECT p.facts FROM unnest((v_level.key).parts) p WHERE (p.facts).number = (v_column.facts).number);
        CONTINUE WHEN NOT dup_select_private.is_of_key(v_level, (v_column.facts).number);
        IF v_column.expression IS NOT NULL THEN
            IF NOT dup_select_private.is_told_by_value(v_column.facts, v_part, v_sources) THEN
                RETURN NULL;
            END IF;
            v_classes := v_classes || ROW(
                v_column.held, coalesce(v_part.operator, 'OPERATOR(pg_catalog.=)'),
                v_part.number IS NULL OR v_part.nullable AND NOT (v_level.key).nulls_distinct
                    OR dup_select_private.fallback(v_column.facts) IS NOT NULL)::dup_select_private.plan_class;
        ELSE
            v_parent := (SELECT plan.levels[p] FROM generate_subscripts(plan.levels, 1) p
                         WHERE (plan.levels[p]).child = number AND v_column.slot = ANY ((plan.levels[p]).own) LIMIT 1);
            IF v_parent.classes IS NULL THEN
                RETURN NULL;
            END IF;
            FOREACH v_class IN ARRAY v_parent.classes LOOP
                v_class.nullable := v_class.nullable OR (v_parent.reference).nullable;
                IF NOT EXISTS (SELECT FROM unnest(v_classes) c WHERE c.name = v_class.name) THEN
                    v_classes := v_classes || v_class;
                END IF;
            END LOOP;
        END IF;
    END LOOP;
    RETURN nullif(v_classes, '{}');
END
$$;

-- Whether a column is a part of a level's natural key, or one is computed from it.
CREATE FUNCTION dup_select_private.is_of_key(level dup_select_private.plan_level, number integer) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT EXISTS (SELECT FROM unnest((level.key).parts) p WHERE (p.facts).number = is_of_key.number)
            OR EXISTS (SELECT FROM unnest((level.facts).keys) k
                       WHERE k.name = (level.key).index_name AND is_of_key.number = ANY (k.sources)));
END
$$;

-- Whether rows with equal values in a column have equal keys: where the column itself is compared as the index does, or where
-- equal values of its type are the same in every respect.
CREATE FUNCTION dup_select_private.is_told_by_value(
    facts dup_select_private.column_facts, part dup_select_private.key_part, sources integer[]
) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT CASE
            WHEN facts.composite THEN false
            WHEN facts.base_type IN ('smallint', 'integer', 'bigint', 'oid', 'boolean', 'date', 'uuid', 'bytea', 'text',
                                     'character varying', 'timestamp without time zone', 'timestamp with time zone')
                THEN facts.collation_id IN (0, 100, 950, 951) AND (part.collation_clause = '') IS NOT false
            ELSE part.number IS NOT NULL AND facts.number <> ALL (sources) AND part.collation_clause = ''
                AND dup_select_private.fallback(facts) IS NULL
        END);
END
$$;

-- Name for a temporary table: one that no temporary relation or type of the session has. Tables of put_table are dropped at its
-- end, so that this is the name that is wanted, except where a trigger of a table that put_table fills calls it again.
CREATE FUNCTION dup_select_private.temporary_table(wanted text, taken text[]) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_name text := dup_select_private.free_name(wanted, taken);
BEGIN
    WHILE num_nonnulls(to_regclass(format('pg_temp.%I', v_name)), to_regtype(format('pg_temp.%I', v_name))) > 0 LOOP
        taken := taken || v_name;
        v_name := dup_select_private.free_name(wanted, taken);
    END LOOP;
    RETURN v_name;
END
$$;
