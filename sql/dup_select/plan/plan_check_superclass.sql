CREATE OR REPLACE FUNCTION dup_select.plan_check_superclass(plan jsonb, superclass oid) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_missing text;
BEGIN
    IF superclass IS NULL THEN
        RETURN;
    END IF;
    IF NOT EXISTS (
        WITH RECURSIVE parents AS (
            SELECT (plan #>> '{target,relation}')::oid AS relation
            UNION
            SELECT i.inhparent FROM parents p JOIN pg_inherits i ON i.inhrelid = p.relation
        )
        SELECT FROM parents p WHERE p.relation = superclass AND superclass <> (plan #>> '{target,relation}')::oid)
    THEN
        RAISE EXCEPTION '% does not inherit from %', plan #>> '{target,table}', dup_select.plan_table_name(superclass)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF (plan #>> '{target,shown}')::boolean IS NOT TRUE OR NOT plan -> 'target' ? 'index' THEN
        RAISE EXCEPTION '% has no unique key that the mapping fills, by which to look in %', plan #>> '{target,table}',
            dup_select.plan_table_name(superclass)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT string_agg(quote_ident(c.column_name), ', ' ORDER BY c.attnum) INTO v_missing
    FROM pg_index i
    JOIN pg_class x ON x.oid = i.indexrelid
    JOIN dup_select.plan_table_columns(i.indrelid) AS c
        ON c.attnum = ANY ((i.indkey::smallint[])[0 : i.indnkeyatts - 1]::integer[]
                           || dup_select.plan_expression_columns(concat(i.indexprs::text, i.indpred::text)))
        OR plan -> 'primary_key' ? c.column_name
    WHERE i.indrelid = (plan #>> '{target,relation}')::oid AND x.relname = plan #>> '{target,index}'
      AND NOT EXISTS (SELECT FROM dup_select.plan_table_columns(superclass) AS s WHERE s.column_name = c.column_name);
    IF v_missing IS NOT NULL THEN
        RAISE EXCEPTION '% lacks % of %, without which no row can be looked up there', dup_select.plan_table_name(superclass),
            v_missing, plan #>> '{target,table}'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'A superclass has the columns of the primary key and of the natural key.';
    END IF;
END
$$;

ALTER FUNCTION dup_select.plan_check_superclass(jsonb, oid) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_check_superclass(jsonb, oid) IS
    'Raises where superclass is no ancestor of the target, or lacks what it would be searched by: 22023. Nothing where it is '
    'NULL.';
REVOKE ALL ON FUNCTION dup_select.plan_check_superclass(jsonb, oid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_check_superclass(jsonb, oid) TO PUBLIC;
