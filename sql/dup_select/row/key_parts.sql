-- The server prints expressions for the search_path in force. This function sets none, because what it says is run under the
-- caller's. Names of columns mean the given row inside the subquery, and the table's outside.
CREATE OR REPLACE FUNCTION dup_select.key_parts(index regclass)
RETURNS TABLE (part integer, stored text, operator_name text, given text, arbiter text)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN QUERY
    SELECT k.part,
           pg_catalog.format('(%s)%s%s', d.definition, k.cast_to, k.collation_name),
           k.operator_name,
           CASE
               WHEN k.column_name IS NOT NULL THEN pg_catalog.format('($1).%I%s', k.column_name, k.cast_to)
               ELSE pg_catalog.format('(SELECT %s FROM pg_catalog.unnest(ARRAY[$1]) AS %I)%s',
                                      d.definition, k.table_name, k.cast_to)
           END,
           pg_catalog.format('(%s)%s %s', d.definition, k.collation_name, k.opclass_name)
    FROM dup_select.index_keys(index) k
    CROSS JOIN LATERAL pg_catalog.pg_get_indexdef(index, k.part, false) AS d (definition);
END
$$;

ALTER FUNCTION dup_select.key_parts(regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.key_parts(regclass) IS
    'The parts of a unique index''s key as SQL text: what is stored, the equality operator, what is given in the row $1, '
    'and how ON CONFLICT names it. The text holds for the search_path in force.';
REVOKE ALL ON FUNCTION dup_select.key_parts(regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.key_parts(regclass) TO PUBLIC;
