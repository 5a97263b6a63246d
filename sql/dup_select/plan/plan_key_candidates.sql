-- Unique indexes whose key a row's mapped values determine, or a BEFORE trigger may. In the order of preference: those that the
-- values show, those that need no default, whole ones before partial ones, others before the primary key, by name.
CREATE OR REPLACE FUNCTION dup_select.plan_key_candidates(relation oid, mapped text[])
RETURNS TABLE (index_id oid, name text, shown boolean)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH columns AS (
        SELECT c.attnum, c.column_name = ANY (plan_key_candidates.mapped) OR coalesce(g.mapped, false) AS mapped,
               c.column_name = ANY (plan_key_candidates.mapped) OR coalesce(g.told, c.volatile_fallback IS NULL) AS told,
               c.column_name <> ALL (plan_key_candidates.mapped) AND c.generated IS NULL AND c.fallback IS NULL AS absent
        FROM dup_select.plan_table_columns(relation) AS c
        LEFT JOIN LATERAL (
            SELECT bool_and(f.column_name = ANY (plan_key_candidates.mapped)) AS mapped,
                   bool_and(f.column_name = ANY (plan_key_candidates.mapped) OR f.volatile_fallback IS NULL) AS told
            FROM dup_select.plan_table_columns(relation) AS f
            WHERE f.attnum = ANY (c.generated_from)
        ) AS g ON c.generated IS NOT NULL
    ), keys AS (
        SELECT i.indexrelid, i.indisprimary, i.indpred, i.indnullsnotdistinct,
               dup_select.plan_expression_columns(i.indpred::text) AS predicate_columns,
               ARRAY(SELECT k.attnum FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, n)
                     WHERE k.n <= i.indnkeyatts AND k.attnum <> 0) AS plain_columns,
               dup_select.plan_expression_columns(i.indexprs::text) AS expression_columns
        FROM pg_index i
        WHERE i.indrelid = relation AND i.indisunique AND i.indisvalid AND i.indimmediate
          AND NOT i.indisexclusion
    )
    SELECT k.indexrelid, c.relname, s.shown
    FROM keys k
    JOIN pg_class c ON c.oid = k.indexrelid
    CROSS JOIN LATERAL (
        SELECT bool_and(x.mapped) AS mapped, bool_and(x.told) AS told,
               bool_or(x.mapped)
                   AND (k.indnullsnotdistinct OR NOT bool_or(x.absent AND x.attnum = ANY (k.plain_columns))) AS shown
        FROM columns x
        WHERE x.attnum = ANY (k.plain_columns) OR x.attnum = ANY (k.expression_columns)
    ) AS s
    WHERE 0 <> ALL (k.expression_columns || k.predicate_columns) -- the whole row
      AND s.told AND (s.shown OR dup_select.plan_is_triggered(relation))
      AND NOT EXISTS (SELECT FROM columns x WHERE x.attnum = ANY (k.predicate_columns) AND NOT x.told)
    ORDER BY NOT s.shown, NOT s.mapped, k.indpred IS NOT NULL, k.indisprimary, c.relname
$$;

ALTER FUNCTION dup_select.plan_key_candidates(oid, text[]) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_key_candidates(oid, text[]) IS
    'Unique indexes that can be the natural key, the preferred one first.';
REVOKE ALL ON FUNCTION dup_select.plan_key_candidates(oid, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_key_candidates(oid, text[]) TO PUBLIC;
