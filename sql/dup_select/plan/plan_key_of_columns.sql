-- NULL is a value like others: rows that tell nothing apart are what the key is named for.
CREATE OR REPLACE FUNCTION dup_select.plan_key_of_columns(level jsonb, columns text[]) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT jsonb_build_object(
        'shown', true, 'nulls_distinct', false,
        'elements', jsonb_agg(jsonb_build_object(
            'element', quote_ident(c.column_name), 'value', m.value ->> 'value', 'nullable', NOT c.required,
            'composite', c.composite,
            'operator', dup_select.plan_equality(
                dup_select.plan_default_opclass((level ->> 'relation')::oid, c.attnum)),
            'collate', '') ORDER BY c.attnum),
        'wanted', coalesce(jsonb_agg(m.value ->> 'raw' ORDER BY m.value ->> 'raw')
                               FILTER (WHERE NOT level -> 'shared' ? c.column_name),
                           jsonb_agg(m.value ->> 'raw' ORDER BY m.value ->> 'raw')),
        'wants_composite', bool_or(c.composite))
    FROM dup_select.plan_table_columns((level ->> 'relation')::oid) AS c
    JOIN jsonb_array_elements(level -> 'columns') AS m ON m.value ->> 'column' = c.column_name
    WHERE c.column_name = ANY (columns)
$$;

ALTER FUNCTION dup_select.plan_key_of_columns(jsonb, text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_key_of_columns(jsonb, text[]) IS
    'What a level has of a natural key that is columns without an index.';
REVOKE ALL ON FUNCTION dup_select.plan_key_of_columns(jsonb, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_key_of_columns(jsonb, text[]) TO PUBLIC;
