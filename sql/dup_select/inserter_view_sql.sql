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
    v_plan jsonb := dup_select_private.plan(target, mapping, input, natural_keys, true);
    v_view text := dup_select_private.view_name(target, view_name);
BEGIN
    PERFORM dup_select_private.plan_check_superclass(v_plan, superclass);
    RETURN concat_ws(chr(10),
        dup_select_private.view_text(v_plan, v_view),
        dup_select_private.view_trigger_function(v_plan, v_view, superclass, select_first, security_definer),
        dup_select_private.view_triggers(v_view),
        dup_select_private.view_comments(v_plan, v_view, superclass));
END
$$;

COMMENT ON FUNCTION dup_select.inserter_view_sql IS
    'The SQL that create_inserter_view runs. NULL means: view_name <table>_in, mapping from the catalog, input columns '
    'of the types of the target''s, natural keys chosen. Looking runs nothing of the table''s owner''s. Errors: 22004, 22023, '
    '42602, 42701, 42702, 42703, 42804, 42809, 428C9, 0A000, those of an expression.';

-- CREATE VIEW of the inserter view.
CREATE OR REPLACE FUNCTION dup_select_private.view_text(plan jsonb, view_name text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'CREATE OR REPLACE VIEW %s WITH (security_invoker = true) AS
SELECT
    %s
FROM %s%s;
',
        view_name,
        (SELECT string_agg(CASE
                WHEN NOT c.hidden AND right(c.source, length(quote_ident(c.name)) + 1) = '.' || quote_ident(c.name) THEN c.source
                ELSE format('%s AS %I', c.source, c.name)
            END, ',' || chr(10) || '    ' ORDER BY c.n)
         FROM dup_select_private.view_columns(plan) AS c),
        dup_select_private.view_from(plan -> 'target'),
        (SELECT coalesce(string_agg(format(chr(10) || '%s %s ON %s',
            CASE WHEN (l.value ->> 'optional')::boolean THEN 'LEFT JOIN' ELSE 'JOIN' END,
            dup_select_private.view_from(l.value),
            (SELECT string_agg(format('%I.%I %s %I.%I', l.value ->> 'name', k.key, k.equality, c.value ->> 'name', k.child),
                               ' AND ' ORDER BY k.n)
             FROM ROWS FROM (jsonb_array_elements_text(l.value -> 'key_columns'),
                             jsonb_array_elements_text(l.value -> 'equalities'),
                             jsonb_array_elements_text(l.value -> 'child_columns'))
                 WITH ORDINALITY AS k (key, equality, child, n))),
            '' ORDER BY l.n DESC), '')
         FROM jsonb_array_elements(plan -> 'parents') WITH ORDINALITY AS l (value, n)
         JOIN jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) AS c ON c.value -> 'path' = l.value -> 'child'))
$$;

-- Columns of the view and what they show; hidden ones show NULL. The ids first, then the input.
CREATE OR REPLACE FUNCTION dup_select_private.view_columns(plan jsonb)
RETURNS TABLE (n bigint, name text, source text, hidden boolean)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN QUERY
    SELECT row_number() OVER (ORDER BY c.part, c.n), c.name, c.source, c.hidden
    FROM (
        SELECT 1 AS part, k.n, k.name, dup_select_private.view_source(plan -> 'target', k.name) AS source, false AS hidden
        FROM jsonb_array_elements_text(plan -> 'primary_key') WITH ORDINALITY AS k (name, n)
        UNION ALL
        SELECT 2, min(l.n * -1000 + o.n), o.out, dup_select_private.view_source(c.value, o.name), false
        FROM jsonb_array_elements(plan -> 'parents') WITH ORDINALITY AS l (value, n)
        CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                      jsonb_array_elements_text(l.value -> 'outs')) WITH ORDINALITY AS o (name, out, n)
        JOIN jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) AS c ON c.value -> 'path' = l.value -> 'child'
        WHERE l.value -> 'child' <> '[]' OR NOT plan -> 'primary_key' ? o.name
        GROUP BY o.out, c.value, o.name
        UNION ALL
        SELECT 3, i.n, i.value ->> 'name', coalesce(s.source, format('NULL::%s', i.value ->> 'type')), s.source IS NULL
        FROM jsonb_array_elements(plan -> 'inputs') WITH ORDINALITY AS i (value, n)
        LEFT JOIN LATERAL (
            SELECT dup_select_private.view_source(l.value, c.value ->> 'column') AS source
            FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) AS l,
                 jsonb_array_elements(l.value -> 'columns') AS c
            WHERE c.value ->> 'input' = i.value ->> 'name' AND (c.value ->> 'direct')::boolean
            LIMIT 1
        ) AS s ON true
        WHERE NOT plan -> 'primary_key' ? (i.value ->> 'name')
          AND NOT EXISTS (SELECT FROM jsonb_array_elements(plan -> 'parents') AS l WHERE l.value -> 'outs' ? (i.value ->> 'name'))
    ) AS c;
END
$$;

-- A column of a level as the view selects it. The view's columns are those of NEW, where NULL means what is not given.
CREATE OR REPLACE FUNCTION dup_select_private.view_source(level jsonb, column_name text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(CASE WHEN c.unfit THEN '%I.%I::%s' ELSE '%I.%I' END, level ->> 'name', c.column_name, c.type)
    FROM dup_select_private.plan_table_columns((level ->> 'relation')::oid) AS c WHERE c.column_name = view_source.column_name
$$;

-- A table in the FROM clause of the view.
CREATE OR REPLACE FUNCTION dup_select_private.view_from(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT concat(
        dup_select_private.level_only(level), level ->> 'table',
        CASE WHEN c.relname <> level ->> 'name' THEN ' AS ' || quote_ident(level ->> 'name') END)
    FROM pg_class c WHERE c.oid = (level ->> 'relation')::oid
$$;

-- CREATE TRIGGER of the inserter view. The second one refuses an UPDATE or DELETE that meets no row, too.
CREATE OR REPLACE FUNCTION dup_select_private.view_triggers(view_name text) RETURNS text
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
CREATE OR REPLACE FUNCTION dup_select_private.view_comments(plan jsonb, view_name text, superclass oid) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT concat(
        format('COMMENT ON VIEW %s IS' || chr(10) || '    %s;' || chr(10), view_name, (
            SELECT string_agg(quote_literal(s.sentence), chr(10) || '    ' ORDER BY s.n)
            FROM (VALUES
                (1, concat('INSERT puts a row into ', plan #>> '{target,table}',
                           CASE WHEN plan -> 'parents' <> '[]' THEN ', finds or makes its parents by natural key,' END,
                           ' and gives the ids back. ')),
                (2, CASE WHEN plan -> 'target' ? 'elements' THEN 'A row whose key stands is found, and not changed. ' END),
                (3, 'The key may stand in any table of ' || dup_select_private.table_name(superclass)
                    || '; one that a concurrent transaction inserts there is not seen. '),
                (4, 'UPDATE and DELETE are refused.')) AS s (n, sentence)
            WHERE s.sentence IS NOT NULL)),
        (SELECT string_agg(format('COMMENT ON COLUMN %s.%I IS %L;' || chr(10), view_name, c.name,
                    'Input only, it is stored as ' || dup_select_private.view_uses(plan, c.name) || '.'), '' ORDER BY c.n)
         FROM dup_select_private.view_columns(plan) AS c WHERE c.hidden),
        format('COMMENT ON FUNCTION %s() IS %L;' || chr(10), dup_select_private.view_function_name(view_name),
            'Trigger function of view ' || view_name || '.'))
$$;

-- What an input column is stored as, for its comment.
CREATE OR REPLACE FUNCTION dup_select_private.view_uses(plan jsonb, input_column text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(string_agg(format('%s = %s', dup_select_private.path_text(
                ARRAY(SELECT jsonb_array_elements_text(l.value -> 'path')) || (c.value ->> 'column')), c.value ->> 'expression'),
            ', ' ORDER BY l.n DESC), 'nothing: the mapping does not use it')
    FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) WITH ORDINALITY AS l (value, n),
         jsonb_array_elements(l.value -> 'columns') AS c
    WHERE CASE
        WHEN input_column ~ '^[[:alnum:]_]+$'
            THEN c.value ->> 'expression' ~ format('(?<![[:alnum:]_])%s(?![[:alnum:]_])', input_column)
        ELSE strpos(c.value ->> 'expression', input_column) > 0
    END
$$;
