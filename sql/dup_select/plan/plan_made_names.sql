-- Each of them is free of what the user's tables and columns are called, and of the others. made: those of the statements as a
-- whole, which every level knows; held: where the level's columns are on the way, variables or columns of the work table;
-- returned: where the primary key is.
CREATE OR REPLACE FUNCTION dup_select.plan_made_names(levels jsonb, inputs jsonb, by_row boolean) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_levels jsonb := levels;
    v_taken  text[] := dup_select.plan_user_names(levels, inputs);
    v_made   jsonb := jsonb_build_object('work', CASE WHEN NOT by_row THEN dup_select.plan_work_table() END);
    v_wanted record;
    v_name   text;
BEGIN
    FOR v_wanted IN
        SELECT NULL::text[] AS place, w.use, w.name
        FROM unnest(ARRAY['attempts', 'path', 'rows', 'row', 'done', 'number'],
                    ARRAY['v_attempts', 'v_path', 's', 'put__row', 'put__done', 'put__n'],
                    ARRAY[true, true, false, false, false, false]) AS w (use, name, by_row)
        WHERE w.by_row = plan_made_names.by_row
        UNION ALL
        SELECT ARRAY['0', 'returned', k.name], NULL, concat(CASE WHEN by_row THEN 'v_returned_' ELSE 'put__' END, k.name)
        FROM unnest(dup_select.plan_primary_key((levels #>> '{0,relation}')::oid)) AS k (name)
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
        v_name := dup_select.plan_free_name(v_wanted.name, v_taken);
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

ALTER FUNCTION dup_select.plan_made_names(jsonb, jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_made_names(jsonb, jsonb, boolean) IS
    'The levels with every name that the statements make up: of aliases, variables and columns.';
REVOKE ALL ON FUNCTION dup_select.plan_made_names(jsonb, jsonb, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_made_names(jsonb, jsonb, boolean) TO PUBLIC;
