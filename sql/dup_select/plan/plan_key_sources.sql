CREATE OR REPLACE FUNCTION dup_select.plan_key_sources(key pg_index) RETURNS smallint[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT dup_select.plan_expression_columns(key.indexprs::text)::smallint[]
        || ARRAY(SELECT unnest(c.generated_from)::smallint
                 FROM dup_select.plan_table_columns(key.indrelid) AS c
                 WHERE c.attnum = ANY (key.indkey::smallint[]
                                       || dup_select.plan_expression_columns(key.indexprs::text)::smallint[]))
$$;

ALTER FUNCTION dup_select.plan_key_sources(pg_index) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_key_sources(pg_index) IS
    'Numbers of the columns that a key is computed from.';
REVOKE ALL ON FUNCTION dup_select.plan_key_sources(pg_index) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_key_sources(pg_index) TO PUBLIC;
