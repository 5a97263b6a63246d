CREATE OR REPLACE FUNCTION dup_select.view_comments(plan jsonb, view_name text, superclass oid) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT concat(
        format('COMMENT ON VIEW %s IS' || chr(10) || '    %s;' || chr(10), view_name, (
            SELECT string_agg(quote_literal(s.sentence), chr(10) || '    ' ORDER BY s.n)
            FROM (VALUES
                (1, concat('INSERT puts a row into ', plan #>> '{target,table}',
                           CASE WHEN plan -> 'parents' <> '[]' THEN ', finds or makes its parents by natural key,' END,
                           ' and gives the ids back. ')),
                (2, CASE WHEN plan -> 'target' ? 'elements' THEN 'A row whose key stands is found, and not changed. ' END),
                (3, 'The key may stand in any table of ' || dup_select.plan_table_name(superclass)
                    || '; one that a concurrent transaction inserts there is not seen. '),
                (4, 'UPDATE and DELETE are refused.')) AS s (n, sentence)
            WHERE s.sentence IS NOT NULL)),
        (SELECT string_agg(format('COMMENT ON COLUMN %s.%I IS %L;' || chr(10), view_name, c.name,
                    'Input only, it is stored as ' || dup_select.view_uses(plan, c.name) || '.'), '' ORDER BY c.n)
         FROM dup_select.view_columns(plan) AS c WHERE c.hidden),
        format('COMMENT ON FUNCTION %s() IS %L;' || chr(10), dup_select.view_function_name(view_name),
            'Trigger function of view ' || view_name || '.'))
$$;

ALTER FUNCTION dup_select.view_comments(jsonb, text, oid) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_comments(jsonb, text, oid) IS
    'COMMENT ON the view and its trigger function.';
REVOKE ALL ON FUNCTION dup_select.view_comments(jsonb, text, oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_comments(jsonb, text, oid) TO PUBLIC;
