CREATE OR REPLACE FUNCTION dup_select.plan_is_index_of(index_id oid, columns text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT i.indpred IS NULL AND i.indexprs IS NULL AND (
        SELECT array_agg(a.attname::text ORDER BY a.attname::text) = ARRAY(SELECT c FROM unnest(columns) AS c ORDER BY c)
        FROM pg_attribute a
        WHERE a.attrelid = i.indrelid AND a.attnum = ANY ((i.indkey::smallint[])[0 : i.indnkeyatts - 1]))
    FROM pg_index i WHERE i.indexrelid = index_id
$$;

ALTER FUNCTION dup_select.plan_is_index_of(oid, text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_is_index_of(oid, text[]) IS
    'Whether a unique index is on these columns, in any order, and on all rows.';
REVOKE ALL ON FUNCTION dup_select.plan_is_index_of(oid, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_is_index_of(oid, text[]) TO PUBLIC;
