-- SELECT exograph.changes_query('definitions', NULL, NULL) shows the text.
CREATE OR REPLACE FUNCTION exograph.changes_query(table_name text, offsets jsonb, versioned boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_parts   record := exograph.fact_parts(table_name, offsets, versioned);
    v_changed text := (SELECT string_agg(format('s.%s IS DISTINCT FROM %s', p.name, p.value), ' OR ')
                       FROM unnest(v_parts.columns, v_parts.values) AS p (name, value)
                       WHERE p.value NOT IN ('s.' || p.name, format('s.%s + 0', p.name)));
BEGIN
    IF v_changed IS NULL AND v_parts.inserted = 'true' THEN
        RETURN NULL;
    END IF;
    RETURN format(
'SELECT s.ctid AS staged_ctid, %s AS inserted, %s
%s
WHERE %s',
        v_parts.inserted,
        (SELECT string_agg(format('%s AS %s', p.value, p.name), ', ')
         FROM unnest(v_parts.columns, v_parts.values) AS p (name, value)),
        v_parts.joins, concat_ws(' OR ', v_changed, 'NOT ' || v_parts.inserted));
END
$$;

ALTER FUNCTION exograph.changes_query(text, jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.changes_query(text, jsonb, boolean) IS
    'Text of the query for the staged facts that are not yet as they shall stand in the index, or may stand there already, in '
    'their final form. inserted: a row that this load inserted is part of the identity, so that they cannot stand. NULL where '
    'the maps tell that there are none. offsets, versioned: as in fact_parts.';
REVOKE ALL ON FUNCTION exograph.changes_query(text, jsonb, boolean) FROM PUBLIC;
