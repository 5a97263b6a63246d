SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- The target's own columns by their names, each foreign key by its parent's natural key, or by its id where the input has only
-- that.
CREATE OR REPLACE FUNCTION dup_select.default_mapping(
    target regclass, input regclass DEFAULT NULL, natural_keys jsonb DEFAULT NULL
) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_clash   record;
    v_mapping jsonb;
BEGIN
    SELECT m.input_column, min(m.path) AS one, max(m.path) AS other INTO v_clash
    FROM dup_select_private.mapping_of_table(target, '{}', '', ARRAY[target::oid], NULL, natural_keys) AS m
    GROUP BY m.input_column HAVING count(*) > 1 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'paths % and % would both have input column %',
            v_clash.one, v_clash.other, quote_ident(v_clash.input_column)
            USING ERRCODE = 'duplicate_column', HINT = 'Give a mapping.';
    END IF;
    SELECT m.input_column, m.path AS one INTO v_clash
    FROM dup_select_private.mapping_of_table(target, '{}', '', ARRAY[target::oid], NULL, natural_keys) AS m
    WHERE octet_length(m.input_column) > 63 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'path % would have input column %, a name of more than 63 bytes',
            v_clash.one, quote_ident(v_clash.input_column)
            USING ERRCODE = 'name_too_long', HINT = 'Give a mapping.';
    END IF;
    SELECT jsonb_object_agg(m.path, quote_ident(m.input_column)) INTO v_mapping
    FROM dup_select_private.mapping_of_table(target, '{}', '', ARRAY[target::oid], NULL, natural_keys) AS m
    WHERE input IS NULL OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = input AND a.attname = m.input_column
                                   AND a.attnum > 0 AND NOT a.attisdropped);
    RETURN coalesce(v_mapping, '{}') || dup_select_private.mapping_ids(target, input, coalesce(v_mapping, '{}'));
END
$$;

COMMENT ON FUNCTION dup_select.default_mapping(regclass, regclass, jsonb) IS
    'The mapping that the catalog suggests. Errors: 42622, 42701.';

-- Part of the default mapping: of a table and the parents that it is keyed by.
CREATE OR REPLACE FUNCTION dup_select_private.mapping_of_table(
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
        WHERE c.conrelid = relation AND c.contype = 'f' AND dup_select_private.plan_is_own(c)
        ORDER BY c.conname
    LOOP
        v_natural := dup_select_private.mapping_key_columns(v_key.confrelid, above || v_key.element::text, natural_keys);
        CONTINUE WHEN v_natural IS NULL OR v_key.confrelid = ANY (seen) OR v_key.names && v_covered
            OR NOT v_key.names <@ coalesce(wanted, v_key.names);
        v_covered := v_covered || v_key.names;
        RETURN QUERY SELECT * FROM dup_select_private.mapping_of_table(v_key.confrelid, above || v_key.element::text,
            concat(prefix, regexp_replace(v_key.element, '_(id|fk|fkey)$', ''), '_'), seen || v_key.confrelid, v_natural,
            natural_keys);
    END LOOP;
    RETURN QUERY
    SELECT dup_select_private.path_text(above || c.column_name), prefix || c.column_name
    FROM dup_select_private.plan_table_columns(relation) AS c
    WHERE c.generated IS NULL AND c.column_name <> ALL (v_covered)
      AND CASE WHEN wanted IS NULL THEN c.volatile_fallback IS NULL ELSE c.column_name = ANY (wanted) END
    ORDER BY c.attnum;
END
$$;

-- Columns of a table's natural key. NULL where it has none. The columns that make up a table's natural key: those that
-- natural_keys names, or those of the index that it names, or of the first by the rules of plan_key_candidates among those that
-- need no sequence or other volatile default.
CREATE OR REPLACE FUNCTION dup_select_private.mapping_key_columns(relation oid, path text[], natural_keys jsonb) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH wish AS (
        SELECT * FROM dup_select_private.mapping_natural_key(natural_keys, relation, dup_select_private.path_text(path))
    ), plain AS (
        SELECT array_agg(c.column_name) AS names
        FROM dup_select_private.plan_table_columns(relation) AS c WHERE c.generated IS NULL AND c.volatile_fallback IS NULL
    ), chosen AS (
        SELECT k.index_id
        FROM wish, plain, dup_select_private.plan_key_candidates(relation, plain.names) AS k
        WHERE k.shown AND k.name = coalesce(wish.index_name, k.name)
        LIMIT 1
    )
    SELECT coalesce(
        (SELECT w.columns FROM wish w),
        (SELECT array_agg(c.column_name)
         FROM chosen
         JOIN pg_index i ON i.indexrelid = chosen.index_id
         JOIN dup_select_private.plan_table_columns(relation) AS c
             ON c.attnum = ANY (i.indkey::smallint[] || dup_select_private.plan_key_sources(i)) AND c.generated IS NULL))
$$;

-- The part of the default mapping that takes ids of parents from an input table which names these parents in no other way. A view
-- takes the id of a parent under the name of its foreign key, whatever the mapping; so does put_table by this.
CREATE OR REPLACE FUNCTION dup_select_private.mapping_ids(target oid, input oid, mapping jsonb) RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(jsonb_object_agg(quote_ident(a.attname), quote_ident(a.attname)), '{}')
    FROM pg_attribute a
    JOIN pg_attribute i ON i.attrelid = input AND i.attname = a.attname AND i.attnum > 0 AND NOT i.attisdropped
    WHERE a.attrelid = target
      AND EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = target AND c.contype = 'f' AND c.conkey = ARRAY[a.attnum])
      AND NOT EXISTS (SELECT FROM jsonb_each_text(mapping) AS m
                      WHERE m.value = quote_ident(a.attname) OR (parse_ident(m.key))[1] = a.attname
                         OR (parse_ident(m.key))[1] IN (
                             SELECT c.conname FROM pg_constraint c
                             WHERE c.conrelid = target AND c.contype = 'f' AND a.attnum = ANY (c.conkey)))
$$;
