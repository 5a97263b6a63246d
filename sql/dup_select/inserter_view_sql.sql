SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

CREATE OR REPLACE FUNCTION dup_select.inserter_view_sql(
    target regclass, view_name text DEFAULT NULL, mapping jsonb DEFAULT NULL, input regclass DEFAULT NULL,
    natural_keys jsonb DEFAULT NULL, select_first boolean DEFAULT true, superclass regclass DEFAULT NULL,
    security_definer boolean DEFAULT false
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_view text := dup_select_private.view_name(target, view_name); -- first: a mapping may have been given for it
    v_plan dup_select_private.plan := dup_select_private.plan(target, mapping, input, natural_keys, superclass, true);
BEGIN
    RETURN concat_ws(chr(10),
        dup_select_private.view_text(v_plan, v_view),
        dup_select_private.trigger_function(v_plan, v_view, select_first, security_definer),
        dup_select_private.view_triggers(v_view),
        dup_select_private.view_comments(v_plan, v_view));
END
$$;

COMMENT ON FUNCTION dup_select.inserter_view_sql IS
    'The SQL that create_inserter_view runs. NULL means: view_name <table>_in, mapping from the catalog, input columns '
    'of the types of the target''s, natural keys chosen. Looking runs nothing of the table''s owner''s. Errors: 22004, 22023, '
    '42602, 42701, 42702, 42703, 42804, 42809, 428C9, 0A000, those of an expression.';

-- CREATE VIEW of the inserter view.
CREATE FUNCTION dup_select_private.view_text(plan dup_select_private.plan, view_name text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'CREATE OR REPLACE VIEW %s WITH (security_invoker = true) AS
SELECT
    %s
FROM %s%s;
',
        view_name,
        (SELECT string_agg(CASE
                WHEN c.alias IS NULL THEN format('NULL::%s AS %I', c.type, c.name)
                WHEN c.type IS NOT NULL THEN format('%I.%I::%s AS %I', c.alias, c.column_name, c.type, c.name)
                WHEN c.column_name <> c.name THEN format('%I.%I AS %I', c.alias, c.column_name, c.name)
                ELSE format('%I.%I', c.alias, c.column_name)
            END, ',' || chr(10) || '    ' ORDER BY c.n)
         FROM dup_select_private.view_columns(plan) c),
        dup_select_private.from_item((plan.levels[1]).facts, (plan.levels[1]).name),
        (SELECT string_agg(format(chr(10) || '%s %s ON %s',
            CASE WHEN (plan.levels[l]).optional THEN 'LEFT JOIN' ELSE 'JOIN' END,
            dup_select_private.from_item((plan.levels[l]).facts, (plan.levels[l]).name),
            (SELECT string_agg(format('%I.%I %s %I.%I', (plan.levels[l]).name, k.parent_column, k.operator,
                                      (plan.levels[(plan.levels[l]).child]).name, k.child_column), ' AND ' ORDER BY k.n)
             FROM ROWS FROM (unnest(((plan.levels[l]).reference).parent_columns), unnest(((plan.levels[l]).reference).operators),
                             unnest(((plan.levels[l]).reference).columns))
                 WITH ORDINALITY AS k (parent_column, operator, child_column, n))), '' ORDER BY l)
         FROM generate_series(2, cardinality(plan.levels)) l))
$$;

-- Columns of the view and what they show: the ids first, then the input. Of what is hidden, because no column holds it as it came
-- in, they show NULL: it has no alias. The type is given where a cast is needed.
CREATE FUNCTION dup_select_private.view_columns(plan dup_select_private.plan)
RETURNS TABLE (n bigint, name text, alias text, column_name text, type text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH keys AS (
        SELECT 1 AS part, k.n::integer, k.name, 1 AS level, k.name AS column_name
        FROM unnest(((plan.levels[1]).facts).primary_key) WITH ORDINALITY AS k (name, n)
        UNION ALL
        SELECT 2, min(r.level * 1000 + r.n), r.out_name, r.child, r.child_column
        FROM dup_select_private.references_of(plan.levels) r
        WHERE r.child <> 1 OR r.child_column <> ALL (((plan.levels[1]).facts).primary_key)
        GROUP BY r.out_name, r.child, r.child_column
    ), all_columns AS (
        SELECT * FROM keys
        UNION ALL
        SELECT 3, i.n::integer, i.name, s.level, s.column_name
        FROM unnest(plan.inputs) WITH ORDINALITY AS i (name, type, n)
        LEFT JOIN LATERAL (
            SELECT l AS level, (c.facts).name AS column_name
            FROM generate_subscripts(plan.levels, 1) l CROSS JOIN unnest((plan.levels[l]).columns) c
            WHERE c.input = i.name AND c.direct
            ORDER BY l = 1, l DESC
            LIMIT 1
        ) s ON true
        WHERE i.name NOT IN (SELECT k.name FROM keys k)
    )
    SELECT row_number() OVER (ORDER BY a.part, a.n), a.name, (plan.levels[a.level]).name, a.column_name,
           CASE WHEN a.level IS NULL THEN (SELECT i.type FROM unnest(plan.inputs) i WHERE i.name = a.name)
                WHEN f.unfit THEN f.type END
    FROM all_columns a
    LEFT JOIN LATERAL unnest(((plan.levels[a.level]).facts).columns) f ON f.name = a.column_name
$$;

-- CREATE TRIGGER of the inserter view. The second one refuses an UPDATE or DELETE that meets no row, too.
CREATE FUNCTION dup_select_private.view_triggers(view_name text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT format(
'CREATE OR REPLACE TRIGGER insert_row INSTEAD OF INSERT OR UPDATE OR DELETE ON %s
    FOR EACH ROW EXECUTE FUNCTION %s();
CREATE OR REPLACE TRIGGER insert_only BEFORE UPDATE OR DELETE ON %1$s
    FOR EACH STATEMENT EXECUTE FUNCTION %2$s();
',
        view_name, dup_select_private.view_function_name(view_name))
$$;

-- COMMENT ON the view and its trigger function.
CREATE FUNCTION dup_select_private.view_comments(plan dup_select_private.plan, view_name text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT concat(
        format('COMMENT ON VIEW %s IS' || chr(10) || '    %s;' || chr(10), view_name, (
            SELECT string_agg(quote_literal(s.sentence), chr(10) || '    ' ORDER BY s.n)
            FROM (VALUES
                (1, concat('INSERT puts a row into ', ((plan.levels[1]).facts).qualified_name,
                           CASE WHEN cardinality(plan.levels) > 1 THEN ', finds or makes its parents by natural key,' END,
                           ' and gives the ids back. ')),
                (2, CASE WHEN ((plan.levels[1]).key).parts IS NOT NULL
                        THEN 'A row whose key exists is found, and not changed. ' END),
                (3, 'The key may be in any table of ' || plan.superclass
                    || '; one that a concurrent transaction inserts there is not seen. '),
                (4, 'UPDATE and DELETE are refused.')) AS s (n, sentence)
            WHERE s.sentence IS NOT NULL)),
        (SELECT string_agg(format('COMMENT ON COLUMN %s.%I IS %L;' || chr(10), view_name, c.name,
                    'Input only, it is stored as ' || dup_select_private.uses_of(plan, c.name) || '.'), '' ORDER BY c.n)
         FROM dup_select_private.view_columns(plan) c WHERE c.alias IS NULL),
        format('COMMENT ON FUNCTION %s() IS %L;' || chr(10), dup_select_private.view_function_name(view_name),
            'Trigger function of view ' || view_name || '.'))
$$;

-- What an input column is stored as, for its comment. Its name is looked for in the text of expressions: the server tells the
-- columns of those only that it has stored.
CREATE FUNCTION dup_select_private.uses_of(plan dup_select_private.plan, input_column text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(
        string_agg(format('%s = %s', dup_select_private.path_text((plan.levels[l]).path || (c.facts).name), c.expression),
                   ', ' ORDER BY l),
        'nothing: the mapping does not use it')
    FROM generate_subscripts(plan.levels, 1) l CROSS JOIN unnest((plan.levels[l]).columns) c
    WHERE CASE
        WHEN input_column ~ '^[[:alnum:]_]+$' THEN c.expression ~ format('(?<![[:alnum:]_])%s(?![[:alnum:]_])', input_column)
        ELSE strpos(c.expression, input_column) > 0
    END
$$;
