-- Rows that have no key are new ones, each of them: one part is NULL, or the partial index leaves them out. A NULL where the
-- table wants a value may be inserted as if it had a key: that fails, as it should.
CREATE OR REPLACE FUNCTION dup_select.put_has_key(level jsonb) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE WHEN NOT level ? 'elements' THEN 'false' ELSE (
        SELECT string_agg(k.condition, ' AND ' ORDER BY k.n)
        FROM (SELECT e.n, format(CASE WHEN (e.value ->> 'composite')::boolean THEN '%s IS DISTINCT FROM NULL'
                                     ELSE '%s IS NOT NULL' END, e.value ->> 'value') AS condition
              FROM jsonb_array_elements(level -> 'elements') WITH ORDINALITY AS e (value, n)
              WHERE (level ->> 'nulls_distinct')::boolean AND (e.value ->> 'nullable')::boolean
              UNION ALL
              SELECT 1000, format('(%s) IS TRUE', level ->> 'satisfies') WHERE level ->> 'satisfies' IS NOT NULL) AS k)
    END
$$;

ALTER FUNCTION dup_select.put_has_key(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_has_key(jsonb) IS
    'Condition on rows that have a key to look up. NULL where all have one.';
REVOKE ALL ON FUNCTION dup_select.put_has_key(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_has_key(jsonb) TO PUBLIC;
