CREATE OR REPLACE FUNCTION dup_select.view_uses(plan jsonb, input_column text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(string_agg(format('%s = %s', dup_select.plan_path_text(
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

ALTER FUNCTION dup_select.view_uses(jsonb, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.view_uses(jsonb, text) IS
    'What an input column is stored as, for its comment.';
REVOKE ALL ON FUNCTION dup_select.view_uses(jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.view_uses(jsonb, text) TO PUBLIC;
