-- IS NOT DISTINCT FROM uses no index, hence the two halves where NULLs are equal.
CREATE OR REPLACE FUNCTION dup_select.level_match(level jsonb, indent integer) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE
        WHEN sum(length(m.condition)) + 5 * count(*) < 85 THEN string_agg(m.condition, ' AND ' ORDER BY m.n)
        ELSE string_agg(m.condition, chr(10) || repeat(' ', indent) || 'AND ' ORDER BY m.n)
    END
    FROM (
        SELECT e.n, format(CASE
                WHEN e.value ->> 'value' LIKE 'NULL::%' THEN '%1$s IS NULL'
                WHEN (level ->> 'nulls_distinct')::boolean OR NOT (e.value ->> 'nullable')::boolean THEN '%1$s %2$s %3$s%4$s'
                WHEN (e.value ->> 'composite')::boolean THEN
                    '(%1$s %2$s %3$s%4$s OR %1$s IS NOT DISTINCT FROM NULL AND %3$s IS NOT DISTINCT FROM NULL)'
                ELSE '(%1$s %2$s %3$s%4$s OR %1$s IS NULL AND %3$s IS NULL)'
            END, e.value ->> 'element', e.value ->> 'operator', e.value ->> 'value', e.value ->> 'collate') AS condition
        FROM jsonb_array_elements(level -> 'elements') WITH ORDINALITY AS e (value, n)
        UNION ALL
        SELECT 1000, level ->> 'where'
        WHERE level ->> 'where' IS NOT NULL
        UNION ALL
        SELECT 1001, format('(%s)', level ->> 'satisfies') WHERE level ->> 'satisfies' IS NOT NULL
    ) AS m
$$;

ALTER FUNCTION dup_select.level_match(jsonb, integer) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.level_match(jsonb, integer) IS
    'Condition that finds the row with the natural key of the new one.';
REVOKE ALL ON FUNCTION dup_select.level_match(jsonb, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.level_match(jsonb, integer) TO PUBLIC;
