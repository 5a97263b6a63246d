-- One definition of identity and payload: what is compared within a load is compared with the index as well. NULLs of an
-- identity are equal in a form that can be hashed, which IS NOT DISTINCT FROM cannot.
CREATE OR REPLACE FUNCTION exograph.match_facts(
    IN table_name text, OUT identity text, OUT payload text, OUT equal text, OUT differing text
)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    SELECT string_agg(c.name, ', ') FILTER (WHERE c.identity),
           string_agg(c.name, ', ') FILTER (WHERE NOT c.identity),
           string_agg(format(CASE WHEN c.required THEN 'd.%1$s = f.%1$s'
                                  ELSE 'coalesce(d.%1$s, 0) = coalesce(f.%1$s, 0) AND (d.%1$s IS NULL) = (f.%1$s IS NULL)' END,
                             c.name), ' AND ') FILTER (WHERE c.identity),
           string_agg(format('f.%1$s IS DISTINCT FROM d.%1$s', c.name), ' OR ') FILTER (WHERE NOT c.identity)
    INTO identity, payload, equal, differing
    FROM (
        SELECT quote_ident(s.column_name) AS name, s.required, s.identity
        FROM exograph.staging_columns s
        WHERE s.table_name = match_facts.table_name
        ORDER BY s.column_position
    ) c;
END
$$;

ALTER FUNCTION exograph.match_facts(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.match_facts(text) IS
    'How facts of a table are compared: the columns of the identity and the others, as lists, and the conditions that a fact f '
    'has the identity of a standing d, and that their payloads differ. payload, differing: NULL where identity is all there is.';
REVOKE ALL ON FUNCTION exograph.match_facts(text) FROM PUBLIC;
