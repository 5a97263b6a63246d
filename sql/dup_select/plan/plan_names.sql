-- Names of the levels, for aliases and variables, and of the view's id columns: as short as they can be told apart.
CREATE OR REPLACE FUNCTION dup_select.plan_names(levels jsonb, inputs jsonb) RETURNS jsonb
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
                     || dup_select.plan_primary_key((levels #>> '{0,relation}')::oid);
BEGIN
    FOR v_n IN 1 .. jsonb_array_length(levels) - 1 LOOP
        v_level := v_levels -> v_n;
        v_child := (SELECT l FROM jsonb_array_elements(v_levels) AS l WHERE l -> 'path' = v_level -> 'child');
        v_name := v_level ->> 'name';
        IF v_name = ANY (v_names) THEN
            v_name := concat(v_child ->> 'name', '_', v_name);
        END IF;
        v_name := dup_select.plan_free_name(v_name, v_names);
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
                v_column := dup_select.plan_free_name(concat(v_child ->> 'name', '_', v_column), v_taken);
            END IF;
            v_outs := array_append(v_outs, v_column);
        END LOOP;
        v_taken := v_taken || v_outs;
        v_levels := jsonb_set(v_levels, ARRAY[v_n::text], v_level || jsonb_build_object('name', v_name, 'outs', v_outs));
    END LOOP;
    RETURN v_levels;
END
$$;

ALTER FUNCTION dup_select.plan_names(jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_names(jsonb, jsonb) IS
    'The levels with names that are unique, and the names of the id columns.';
REVOKE ALL ON FUNCTION dup_select.plan_names(jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_names(jsonb, jsonb) TO PUBLIC;
