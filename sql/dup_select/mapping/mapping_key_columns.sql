-- The columns that make up a table's natural key: those that natural_keys names, or those of the index that it names, or of the
-- first by the rules of plan_key_candidates among those that need no sequence or other volatile default.
CREATE OR REPLACE FUNCTION dup_select.mapping_key_columns(relation oid, path text[], natural_keys jsonb) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH wish AS (
        SELECT * FROM dup_select.mapping_natural_key(natural_keys, relation, dup_select.plan_path_text(path))
    ), plain AS (
        SELECT array_agg(c.column_name) AS names
        FROM dup_select.plan_table_columns(relation) AS c WHERE c.generated IS NULL AND c.volatile_fallback IS NULL
    ), chosen AS (
        SELECT k.index_id
        FROM wish, plain, dup_select.plan_key_candidates(relation, plain.names) AS k
        WHERE k.shown AND k.name = coalesce(wish.index_name, k.name)
        LIMIT 1
    )
    SELECT coalesce(
        (SELECT w.columns FROM wish w),
        (SELECT array_agg(c.column_name)
         FROM chosen
         JOIN pg_index i ON i.indexrelid = chosen.index_id
         JOIN dup_select.plan_table_columns(relation) AS c
             ON c.attnum = ANY (i.indkey::smallint[] || dup_select.plan_key_sources(i)) AND c.generated IS NULL))
$$;

ALTER FUNCTION dup_select.mapping_key_columns(oid, text[], jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.mapping_key_columns(oid, text[], jsonb) IS
    'Columns of a table''s natural key. NULL where it has none.';
REVOKE ALL ON FUNCTION dup_select.mapping_key_columns(oid, text[], jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.mapping_key_columns(oid, text[], jsonb) TO PUBLIC;
