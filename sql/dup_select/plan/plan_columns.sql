-- The columns that the statement fills: mapped ones, and foreign keys whose parent is a level. raw is where the value comes from,
-- value is what the row gets, as far as it can be told beforehand, stored is what the INSERT says.
CREATE OR REPLACE FUNCTION dup_select.plan_columns(level jsonb, levels jsonb, inputs jsonb, by_row boolean) RETURNS jsonb
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
                      ELSE dup_select.plan_default(r.raw, dup_select.plan_cast(c.fallback, c.stored_as)) END,
        'stored', CASE
            WHEN coalesce(c.fallback, c.volatile_fallback) IS NULL OR r.echo THEN r.raw
            ELSE dup_select.plan_default(r.raw, coalesce(c.fallback, c.volatile_fallback))
        END) ORDER BY c.attnum), '[]')
    FROM dup_select.plan_table_columns((level ->> 'relation')::oid) AS c
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
                   AND NOT (by_row AND n.value ->> 'name' = ANY (dup_select.plan_read_keys(levels))) AS direct
        FROM jsonb_array_elements(inputs) AS n
        WHERE n.value ->> 'name' = level -> 'inputs' ->> c.column_name
    ) AS i ON true
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN NOT by_row THEN format('%I.%I', level #>> '{made,rows}', level -> 'held' ->> c.column_name)
            WHEN parent.out IS NOT NULL THEN dup_select.plan_new(parent.out)
            WHEN i.direct THEN dup_select.plan_new(i.name)
            ELSE quote_ident(level -> 'held' ->> c.column_name)
        END AS raw,
        by_row AND c.fallback IS NOT NULL AND level -> 'path' = '[]' AND parent.out IS NULL AND coalesce(i.direct, false)
            AND 1 = (SELECT count(*) FROM jsonb_array_elements(levels) AS l, jsonb_each_text(l.value -> 'inputs') AS m
                     WHERE m.value = i.name) AS echo
    ) AS r
    WHERE parent.out IS NOT NULL OR level -> 'mapped' ? c.column_name
$$;

ALTER FUNCTION dup_select.plan_columns(jsonb, jsonb, jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_columns(jsonb, jsonb, jsonb, boolean) IS
    'The columns of a level that its statements fill, with the text of their values.';
REVOKE ALL ON FUNCTION dup_select.plan_columns(jsonb, jsonb, jsonb, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_columns(jsonb, jsonb, jsonb, boolean) TO PUBLIC;
