CREATE OR REPLACE FUNCTION dup_select.plan_level(relation oid, path text[], child jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_key  pg_constraint;
    v_level jsonb := jsonb_build_object(
        'path', path, 'mapped', '{}'::jsonb, 'inputs', '{}'::jsonb, 'shared', '{}'::jsonb,
        'held', '{}'::jsonb, 'returned', '{}'::jsonb);
BEGIN
    IF child IS NULL THEN
        RETURN v_level || jsonb_build_object('relation', relation::bigint, 'table', dup_select.plan_table_name(relation),
            'name', (SELECT c.relname FROM pg_class c WHERE c.oid = relation));
    END IF;
    SELECT * INTO STRICT v_key FROM pg_constraint c
    WHERE c.oid = dup_select.plan_foreign_key(relation, path[cardinality(path)], path);
    RETURN v_level || jsonb_build_object(
        'relation', v_key.confrelid::bigint, 'table', dup_select.plan_table_name(v_key.confrelid),
        'name', regexp_replace(path[cardinality(path)], '_(id|fk|fkey)$', ''),
        'child', child -> 'path',
        'child_columns', (SELECT jsonb_agg(a.attname ORDER BY k.n) FROM unnest(v_key.conkey) WITH ORDINALITY AS k (attnum, n)
                          JOIN pg_attribute a ON a.attrelid = v_key.conrelid AND a.attnum = k.attnum),
        'key_columns', (SELECT jsonb_agg(a.attname ORDER BY k.n) FROM unnest(v_key.confkey) WITH ORDINALITY AS k (attnum, n)
                        JOIN pg_attribute a ON a.attrelid = v_key.confrelid AND a.attnum = k.attnum),
        'equalities', (SELECT jsonb_agg(format('OPERATOR(%I.%s)', n.nspname, o.oprname) ORDER BY k.n)
                       FROM unnest(v_key.conpfeqop) WITH ORDINALITY AS k (operator, n)
                       JOIN pg_operator o ON o.oid = k.operator JOIN pg_namespace n ON n.oid = o.oprnamespace),
        'optional', coalesce((child ->> 'optional')::boolean, false)
            OR EXISTS (SELECT FROM pg_attribute a
                       WHERE a.attrelid = v_key.conrelid AND a.attnum = ANY (v_key.conkey)
                         AND NOT dup_select.plan_is_not_null(a)));
END
$$;

ALTER FUNCTION dup_select.plan_level(oid, text[], jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.plan_level(oid, text[], jsonb) IS
    'A level without its columns: the target, or the parent at the end of a path.';
REVOKE ALL ON FUNCTION dup_select.plan_level(oid, text[], jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.plan_level(oid, text[], jsonb) TO PUBLIC;
