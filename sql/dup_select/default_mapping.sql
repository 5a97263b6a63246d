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
    v_table   dup_select_private.table_facts := dup_select_private.table_facts(target);
    v_given   text[] := dup_select_private.column_names(input);
    v_paths   text[];
    v_inputs  text[];
    v_clash   record;
    v_mapping jsonb;
BEGIN
    PERFORM dup_select_private.check_keys_given(natural_keys);
    SELECT array_agg(m.path), array_agg(m.input_column) INTO v_paths, v_inputs
    FROM dup_select_private.mapping_of_table(v_table, '{}', '', ARRAY[v_table.id], NULL, natural_keys) m;
    SELECT m.input_column, min(m.path) AS one, max(m.path) AS other, count(*) > 1 AS is_double INTO v_clash
    FROM unnest(v_paths, v_inputs) m (path, input_column)
    GROUP BY m.input_column HAVING count(*) > 1 OR octet_length(m.input_column) > 63
    ORDER BY count(*) DESC LIMIT 1;
    IF v_clash.is_double THEN
        RAISE EXCEPTION 'paths % and % would both have input column %',
            v_clash.one, v_clash.other, quote_ident(v_clash.input_column)
            USING ERRCODE = 'duplicate_column', HINT = 'Give a mapping.';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'path % would have input column %, a name of more than 63 bytes',
            v_clash.one, quote_ident(v_clash.input_column)
            USING ERRCODE = 'name_too_long', HINT = 'Give a mapping.';
    END IF;
    SELECT jsonb_object_agg(m.path, quote_ident(m.input_column)) INTO v_mapping
    FROM unnest(v_paths, v_inputs) m (path, input_column)
    WHERE input IS NULL OR m.input_column = ANY (v_given);
    RETURN coalesce(v_mapping, '{}') || dup_select_private.ids_of_parents(v_table, v_given, coalesce(v_mapping, '{}'));
END
$$;

COMMENT ON FUNCTION dup_select.default_mapping(regclass, regclass, jsonb) IS
    'The mapping that the catalog suggests. Errors: 42622, 42701.';

-- Part of the default mapping: of a table and the parents that it is keyed by. wanted: its columns that are (NULL: all).
CREATE FUNCTION dup_select_private.mapping_of_table(
    facts dup_select_private.table_facts, above text[], prefix text, seen oid[], wanted text[], natural_keys jsonb
) RETURNS TABLE (path text, input_column text)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_key     record;
    v_parent  dup_select_private.table_facts;
    v_covered text[] := '{}';
    v_natural text[];
BEGIN
    FOR v_key IN
        SELECT k.columns, k.parent, CASE
            WHEN cardinality(k.columns) = 1 AND count(*) OVER (PARTITION BY k.columns) = 1 THEN k.columns[1]
            ELSE k.name
        END AS element
        FROM unnest(facts.foreign_keys) k
        WHERE NOT k.temporal
        ORDER BY k.name COLLATE "C"
    LOOP
        CONTINUE WHEN v_key.parent = ANY (seen) OR v_key.columns && v_covered
            OR NOT v_key.columns <@ coalesce(wanted, v_key.columns);
        v_parent := dup_select_private.table_facts(v_key.parent);
        v_natural := dup_select_private.natural_key(v_parent, above || v_key.element, natural_keys);
        CONTINUE WHEN v_natural IS NULL;
        v_covered := v_covered || v_key.columns;
        RETURN QUERY SELECT * FROM dup_select_private.mapping_of_table(v_parent, above || v_key.element,
            concat(prefix, regexp_replace(v_key.element, '_(id|fk|fkey)$', ''), '_'), seen || v_key.parent, v_natural,
            natural_keys);
    END LOOP;
    RETURN QUERY
    SELECT dup_select_private.path_text(above || c.name), prefix || c.name
    FROM unnest(facts.columns) c
    WHERE NOT c.generated AND c.name <> ALL (v_covered)
        AND CASE WHEN wanted IS NULL THEN NOT c.volatile ELSE c.name = ANY (wanted) END
    ORDER BY c.number;
END
$$;

-- Columns of a table's natural key: those that natural_keys names, or those of the index that it names, or of the first by the
-- rules of key_candidates among those that need no sequence or other volatile default. NULL where it has none.
CREATE FUNCTION dup_select_private.natural_key(facts dup_select_private.table_facts, path text[], natural_keys jsonb)
RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_wish    record;
    v_key     dup_select_private.key_facts;
BEGIN
    SELECT * INTO v_wish FROM dup_select_private.named_key(natural_keys, facts.id, dup_select_private.path_text(path));
    IF v_wish.columns IS NOT NULL THEN
        RETURN v_wish.columns;
    END IF;
    v_key := (SELECT k.key
              FROM dup_select_private.key_candidates(
                  facts, ARRAY(SELECT c.name FROM unnest(facts.columns) c WHERE NOT c.generated AND NOT c.volatile)) k
              WHERE k.shown AND (k.key).name = coalesce(v_wish.index_name, (k.key).name)
              LIMIT 1);
    RETURN (SELECT array_agg(c.name) FROM unnest(facts.columns) c
            WHERE NOT c.generated AND c.number = ANY (v_key.columns || v_key.sources));
END
$$;

-- The part of the default mapping that takes ids of parents from an input table which names these parents in no other way. A view
-- takes the id of a parent under the name of its foreign key, whatever the mapping; so does put_table by this.
CREATE FUNCTION dup_select_private.ids_of_parents(facts dup_select_private.table_facts, given text[], mapping jsonb)
RETURNS jsonb
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(jsonb_object_agg(quote_ident(i.name), quote_ident(i.name)), '{}')
    FROM (SELECT DISTINCT k.columns[1] AS name FROM unnest(facts.foreign_keys) k WHERE cardinality(k.columns) = 1) i
    WHERE i.name = ANY (given)
      AND NOT EXISTS (SELECT FROM jsonb_each_text(mapping) AS m
                      WHERE m.value = quote_ident(i.name) OR (parse_ident(m.key))[1] = i.name
                         OR (parse_ident(m.key))[1] IN (SELECT k.name FROM unnest(facts.foreign_keys) k
                                                        WHERE i.name = ANY (k.columns)))
$$;
