-- In a view, an input column may share its name with an id column only where it is that id, or what it is looked up by.
CREATE OR REPLACE FUNCTION dup_select.plan_check_names(levels jsonb, inputs jsonb, by_row boolean) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_name text;
    v_what text;
BEGIN
    SELECT o.name, o.what INTO v_name, v_what
    FROM (SELECT k.name, 'the primary key of ' || (levels #>> '{0,table}') AS what, '[]'::jsonb AS path, k.name AS column_name
          FROM unnest(dup_select.plan_primary_key((levels #>> '{0,relation}')::oid)) AS k (name)
          UNION ALL
          SELECT o.out, 'the key of ' || (l.value ->> 'table'), l.value -> 'child', o.name
          FROM jsonb_array_elements(levels) AS l
          CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                        jsonb_array_elements_text(l.value -> 'outs')) AS o (name, out)) AS o
    JOIN jsonb_array_elements(inputs) AS i ON i.value ->> 'name' = o.name
    JOIN jsonb_array_elements(levels) AS c ON c.value -> 'path' = o.path
    WHERE by_row AND c.value -> 'inputs' ->> o.column_name IS DISTINCT FROM o.name
      AND o.name <> ALL (dup_select.plan_read_keys(levels))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'input column % has the name under which the view gives back %', quote_ident(v_name), v_what
            USING ERRCODE = 'duplicate_column', HINT = 'Give a mapping from an input column of another name.';
    END IF;
END
$$;

ALTER FUNCTION dup_select.plan_check_names(jsonb, jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_check_names(jsonb, jsonb, boolean) IS
    'Raises where an input column of a view is named like one of its id columns: 42701.';
REVOKE ALL ON FUNCTION dup_select.plan_check_names(jsonb, jsonb, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_check_names(jsonb, jsonb, boolean) TO PUBLIC;
