-- A text of a timestamptz has the abbreviation of its zone under DateStyle SQL or German, which is read as that of another zone.
CREATE OR REPLACE FUNCTION dup_select.level_key_text(level jsonb, column_name text, reference text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(CASE WHEN c.base_type ~ '^(date|timestamp)' THEN 'pg_catalog.to_jsonb(%s)' ELSE '%s::pg_catalog.text' END,
                  reference)
    FROM dup_select.plan_table_columns((level ->> 'relation')::oid) AS c WHERE c.column_name = level_key_text.column_name
$$;

ALTER FUNCTION dup_select.level_key_text(jsonb, text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_key_text(jsonb, text, text) IS
    'A column of a key as what goes into the jsonb in which the key of a row that stands is told.';
REVOKE ALL ON FUNCTION dup_select.level_key_text(jsonb, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_key_text(jsonb, text, text) TO PUBLIC;
