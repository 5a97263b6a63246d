CREATE OR REPLACE FUNCTION dup_select.view_text(plan jsonb, view_name text) RETURNS text
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
         FROM dup_select.view_columns(plan) AS c),
        dup_select.view_from(plan -> 'target'),
        (SELECT coalesce(string_agg(format(chr(10) || '%s %s ON %s',
            CASE WHEN (l.value ->> 'optional')::boolean THEN 'LEFT JOIN' ELSE 'JOIN' END,
            dup_select.view_from(l.value),
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

ALTER FUNCTION dup_select.view_text(jsonb, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_text(jsonb, text) IS
    'CREATE VIEW of the inserter view.';
REVOKE ALL ON FUNCTION dup_select.view_text(jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_text(jsonb, text) TO PUBLIC;
