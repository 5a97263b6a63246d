-- SELECT exograph.fact_query('definitions', true, NULL, NULL) shows the text. Facts of new rows cannot stand in the index yet;
-- only the others are looked up there.
CREATE OR REPLACE FUNCTION exograph.fact_query(table_name text, fresh boolean, offsets jsonb, versioned boolean) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_parts record := exograph.fact_parts(table_name, offsets, versioned);
BEGIN
    RETURN format(
'INSERT INTO %I (%s)
SELECT %s
%s
WHERE %s',
        'new_' || table_name, array_to_string(v_parts.columns, ', '), array_to_string(v_parts.values, ', '), v_parts.joins,
        CASE WHEN fresh THEN v_parts.inserted ELSE format('NOT %s AND NOT %s', v_parts.inserted, v_parts.standing) END);
END
$$;

ALTER FUNCTION exograph.fact_query(text, boolean, jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.fact_query(text, boolean, jsonb, boolean) IS
    'Text of the statement that fills new_<table> from the staged facts: with those of rows that this load inserted (fresh), '
    'or with the others as far as they do not stand. offsets, versioned: as in fact_parts.';
REVOKE ALL ON FUNCTION exograph.fact_query(text, boolean, jsonb, boolean) FROM PUBLIC;
