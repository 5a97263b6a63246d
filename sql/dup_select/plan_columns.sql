SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The columns of a level that its statements fill, with the text of their values. The columns that the statement fills: mapped
-- ones, and foreign keys whose parent is a level. raw is where the value comes from, value is what the row gets, as far as it can
-- be told beforehand, stored is what the INSERT says.
CREATE OR REPLACE FUNCTION dup_select_private.plan_columns(level jsonb, levels jsonb, inputs jsonb, by_row boolean) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'column', c.column_name, 'type', c.type, 'base_type', c.base_type, 'composite', c.composite,
        'required', c.required, 'always', c.always,
        'collation', CASE WHEN c.collation_id NOT IN (0, 100) THEN c.collation_id::regcollation::text END,
        'expression', level -> 'mapped' ->> c.column_name, 'parent', parent.out IS NOT NULL,
        'input', i.name, 'direct', i.direct, 'out', parent.out, 'fallback', c.fallback,
        'slot', level -> 'held' ->> c.column_name,
        'raw', r.raw, 'echo', r.echo,
        'value', CASE WHEN c.fallback IS NULL OR r.echo THEN r.raw
                      ELSE dup_select_private.plan_default(r.raw, dup_select_private.plan_cast(c.fallback, c.stored_as)) END,
        'stored', CASE
            WHEN coalesce(c.fallback, c.volatile_fallback) IS NULL OR r.echo THEN r.raw
            ELSE dup_select_private.plan_default(r.raw, coalesce(c.fallback, c.volatile_fallback))
        END) ORDER BY c.attnum), '[]')
    FROM dup_select_private.plan_table_columns((level ->> 'relation')::oid) AS c
    LEFT JOIN LATERAL (
        SELECT o.out
        FROM jsonb_array_elements(levels) AS l
        CROSS JOIN LATERAL ROWS FROM (jsonb_array_elements_text(l.value -> 'child_columns'),
                                      jsonb_array_elements_text(l.value -> 'outs')) AS o (name, out)
        WHERE l.value -> 'child' = level -> 'path' AND o.name = c.column_name
        LIMIT 1
    ) AS parent ON true
    LEFT JOIN LATERAL (
        SELECT n.value ->> 'name' AS name,
               n.value ->> 'type' = c.type
                   AND NOT (by_row AND n.value ->> 'name' = ANY (dup_select_private.plan_read_keys(levels))) AS direct
        FROM jsonb_array_elements(inputs) AS n
        WHERE n.value ->> 'name' = level -> 'inputs' ->> c.column_name
    ) AS i ON true
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN NOT by_row THEN format('%I.%I', level #>> '{made,rows}', level -> 'held' ->> c.column_name)
            WHEN parent.out IS NOT NULL THEN dup_select_private.plan_new(parent.out)
            WHEN i.direct THEN dup_select_private.plan_new(i.name)
            ELSE quote_ident(level -> 'held' ->> c.column_name)
        END AS raw,
        by_row AND c.fallback IS NOT NULL AND level -> 'path' = '[]' AND parent.out IS NULL AND coalesce(i.direct, false)
            AND 1 = (SELECT count(*) FROM jsonb_array_elements(levels) AS l, jsonb_each_text(l.value -> 'inputs') AS m
                     WHERE m.value = i.name) AS echo
    ) AS r
    WHERE parent.out IS NOT NULL OR level -> 'mapped' ? c.column_name
$$;

-- The level with the text that gives its mapped columns their values where it is assigned to their type. Errors: those of the
-- expressions. PL/pgSQL casts so of itself what it assigns: as INSERT does, else by text. CAST would cut what is too long, and an
-- integer to one bit.
CREATE OR REPLACE FUNCTION dup_select_private.plan_sources(level jsonb, inputs jsonb) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT level || jsonb_build_object('columns', coalesce(jsonb_agg(
        CASE
            WHEN c.value ->> 'expression' IS NULL THEN c.value
            WHEN (c.value ->> 'direct')::boolean OR dup_select_private.mapping_check_expression(
                dup_select_private.path_text(
                    ARRAY(SELECT jsonb_array_elements_text(level -> 'path')) || (c.value ->> 'column')),
                c.value ->> 'expression', level ->> 'table', c.value ->> 'column', inputs)
                THEN c.value || jsonb_build_object('source', c.value -> 'expression')
            ELSE c.value || jsonb_build_object('source',
                format('CAST(CAST(%s AS text) AS %s)', c.value ->> 'expression', c.value ->> 'base_type'))
        END ORDER BY c.n), '[]'))
    FROM jsonb_array_elements(level -> 'columns') WITH ORDINALITY AS c (value, n)
$$;

-- Text of what a new row holds, per column of the table. What a new row will hold in every column of its table: also where it is
-- not mapped but has a default, or is generated.
CREATE OR REPLACE FUNCTION dup_select_private.plan_values(level jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_values jsonb;
    v_column record;
    v_value  text;
BEGIN
    SELECT jsonb_object_agg(c.column_name, coalesce(m.value ->> 'value', dup_select_private.plan_cast(c.fallback, c.stored_as),
                                                    format('NULL::%s', c.type))) INTO v_values
    FROM dup_select_private.plan_table_columns((level ->> 'relation')::oid) AS c
    LEFT JOIN jsonb_array_elements(level -> 'columns') AS m ON m.value ->> 'column' = c.column_name
    WHERE c.generated IS NULL;
    FOR v_column IN
        SELECT c.column_name, c.generated, c.generated_from, c.stored_as
        FROM dup_select_private.plan_table_columns((level ->> 'relation')::oid) AS c WHERE c.generated IS NOT NULL
    LOOP
        v_value := dup_select_private.plan_evaluate(
            (level ->> 'relation')::oid, v_column.generated, v_column.generated_from, v_values);
        v_values := v_values || jsonb_build_object(v_column.column_name,
            dup_select_private.plan_cast(v_value, v_column.stored_as));
    END LOOP;
    RETURN v_values;
END
$$;
