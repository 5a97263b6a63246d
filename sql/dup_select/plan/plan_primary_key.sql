CREATE OR REPLACE FUNCTION dup_select.plan_primary_key(relation oid) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(array_agg(a.attname::text ORDER BY k.n), '{}')
    FROM pg_index i
    CROSS JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, n)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE i.indrelid = relation AND i.indisprimary AND k.n <= i.indnkeyatts
$$;

ALTER FUNCTION dup_select.plan_primary_key(oid) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_primary_key(oid) IS
    'Columns of the primary key. Empty where there is none.';
REVOKE ALL ON FUNCTION dup_select.plan_primary_key(oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_primary_key(oid) TO PUBLIC;
