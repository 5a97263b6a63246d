-- The work table: a column for all that is filled, one for every key that comes back. No column of a table is named like one of
-- them (plan_made_names), which lets conditions of both generators be the same text.
CREATE OR REPLACE FUNCTION dup_select.put_columns(plan jsonb) RETURNS TABLE (n bigint, name text, declared text, source text)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT row_number() OVER (ORDER BY c.part, c.l, c.n), c.name,
           concat_ws(' ', quote_ident(c.name), c.type, 'COLLATE ' || c.collation), c.source
    FROM (
        SELECT 1 AS part, 0 AS l, 0 AS n, plan #>> '{made,row}' AS name, 'tid' AS type, NULL AS collation, 'input.ctid' AS source
        UNION ALL
        SELECT 2, -l.n, c.n, c.value ->> 'slot', c.value ->> 'type', c.value ->> 'collation', c.value ->> 'source'
        FROM jsonb_array_elements((plan -> 'parents') || (plan -> 'target')) WITH ORDINALITY AS l (value, n)
        CROSS JOIN jsonb_array_elements(l.value -> 'columns') WITH ORDINALITY AS c (value, n)
        UNION ALL
        SELECT 3, 0, k.n, plan #>> ARRAY['target', 'returned', k.name], c.type, NULL, NULL
        FROM jsonb_array_elements_text(plan -> 'primary_key') WITH ORDINALITY AS k (name, n)
        JOIN dup_select.plan_table_columns((plan #>> '{target,relation}')::oid) AS c ON c.column_name = k.name
        UNION ALL
        SELECT 4, 0, 0, plan #>> '{made,done}', 'boolean', NULL, 'false'
    ) AS c
$$;

ALTER FUNCTION dup_select.put_columns(jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_columns(jsonb) IS
    'Columns of the work table, and what fills them from the source. NULL where nothing does.';
REVOKE ALL ON FUNCTION dup_select.put_columns(jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_columns(jsonb) TO PUBLIC;
