CREATE OR REPLACE FUNCTION dup_select.put_fill(plan jsonb, source_name text) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT format(
'CREATE TEMPORARY TABLE %I (
    %s
) ON COMMIT DROP',
        plan #>> '{made,work}', string_agg(c.declared, ',' || chr(10) || '    ' ORDER BY c.n))
    FROM dup_select.put_columns(plan) AS c
    UNION ALL
    SELECT format(
'INSERT INTO pg_temp.%I (
    %s)
SELECT %s
FROM ONLY %s AS input',
        plan #>> '{made,work}',
        dup_select.level_list(array_agg(quote_ident(c.name) ORDER BY c.n), ', ', 4),
        dup_select.level_list(array_agg(c.source ORDER BY c.n), ', ', 4),
        source_name)
    FROM dup_select.put_columns(plan) AS c WHERE c.source IS NOT NULL
    UNION ALL
    SELECT format('ANALYZE pg_temp.%I', plan #>> '{made,work}')
$$;

ALTER FUNCTION dup_select.put_fill(jsonb, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_fill(jsonb, text) IS
    'Statements that make and fill the work table.';
REVOKE ALL ON FUNCTION dup_select.put_fill(jsonb, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_fill(jsonb, text) TO PUBLIC;
