CREATE OR REPLACE FUNCTION dup_select.mapping_of_table(
    relation oid, above text[], prefix text, seen oid[], wanted text[], natural_keys jsonb
) RETURNS TABLE (path text, input_column text)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_key     record;
    v_covered text[] := '{}';
    v_natural text[];
BEGIN
    FOR v_key IN
        SELECT c.confrelid, k.names, CASE WHEN cardinality(k.names) = 1 AND count(*) OVER (PARTITION BY k.names) = 1
                                         THEN k.names[1] ELSE c.conname END AS element
        FROM pg_constraint c
        CROSS JOIN LATERAL (SELECT array_agg(a.attname::text ORDER BY a.attnum) AS names FROM pg_attribute a
                            WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)) AS k
        WHERE c.conrelid = relation AND c.contype = 'f' AND dup_select.plan_is_own(c)
        ORDER BY c.conname
    LOOP
        v_natural := dup_select.mapping_key_columns(v_key.confrelid, above || v_key.element::text, natural_keys);
        CONTINUE WHEN v_natural IS NULL OR v_key.confrelid = ANY (seen) OR v_key.names && v_covered
            OR NOT v_key.names <@ coalesce(wanted, v_key.names);
        v_covered := v_covered || v_key.names;
        RETURN QUERY SELECT * FROM dup_select.mapping_of_table(v_key.confrelid, above || v_key.element::text,
            concat(prefix, regexp_replace(v_key.element, '_(id|fk|fkey)$', ''), '_'), seen || v_key.confrelid, v_natural,
            natural_keys);
    END LOOP;
    RETURN QUERY
    SELECT dup_select.plan_path_text(above || c.column_name), prefix || c.column_name
    FROM dup_select.plan_table_columns(relation) AS c
    WHERE c.generated IS NULL AND c.column_name <> ALL (v_covered)
      AND CASE WHEN wanted IS NULL THEN c.volatile_fallback IS NULL ELSE c.column_name = ANY (wanted) END
    ORDER BY c.attnum;
END
$$;

ALTER FUNCTION dup_select.mapping_of_table(oid, text[], text, oid[], text[], jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.mapping_of_table(oid, text[], text, oid[], text[], jsonb) IS
    'Part of the default mapping: of a table and the parents that it is keyed by.';
REVOKE ALL ON FUNCTION dup_select.mapping_of_table(oid, text[], text, oid[], text[], jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.mapping_of_table(oid, text[], text, oid[], text[], jsonb) TO PUBLIC;
