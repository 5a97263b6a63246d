-- A view takes the id of a parent under the name of its foreign key, whatever the mapping; so does put_table by this.
CREATE OR REPLACE FUNCTION dup_select.mapping_ids(target oid, input oid, mapping jsonb) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(jsonb_object_agg(quote_ident(a.attname), quote_ident(a.attname)), '{}')
    FROM pg_attribute a
    JOIN pg_attribute i ON i.attrelid = input AND i.attname = a.attname AND i.attnum > 0 AND NOT i.attisdropped
    WHERE a.attrelid = target
      AND EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = target AND c.contype = 'f' AND c.conkey = ARRAY[a.attnum])
      AND NOT EXISTS (SELECT FROM jsonb_each_text(mapping) AS m
                      WHERE m.value = quote_ident(a.attname) OR (parse_ident(m.key))[1] = a.attname
                         OR (parse_ident(m.key))[1] IN (
                             SELECT c.conname FROM pg_constraint c
                             WHERE c.conrelid = target AND c.contype = 'f' AND a.attnum = ANY (c.conkey)))
$$;

ALTER FUNCTION dup_select.mapping_ids(oid, oid, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.mapping_ids(oid, oid, jsonb) IS
    'The part of the default mapping that takes ids of parents from an input table which names these parents in no other way.';
REVOKE ALL ON FUNCTION dup_select.mapping_ids(oid, oid, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.mapping_ids(oid, oid, jsonb) TO PUBLIC;
