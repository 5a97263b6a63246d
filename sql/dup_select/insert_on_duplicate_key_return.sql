SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

CREATE OR REPLACE FUNCTION dup_select.insert_on_duplicate_key_return(new anyelement, OUT key anyelement)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_target pg_catalog.regclass := dup_select_private.target_table(pg_catalog.pg_typeof(new));
    v_key    pg_catalog.text[] := dup_select_private.sole_key(v_target);
BEGIN
    PERFORM dup_select_private.require_given_key(new, v_key);
    EXECUTE pg_catalog.format('%s ON CONFLICT (%s) DO NOTHING',
        dup_select_private.insert_statement(v_target, dup_select_private.given_columns(new)),
            dup_select_private.name_list(v_key)) USING new;
    key := dup_select_private.key_of_row(new, v_target, v_key);
END
$$;

COMMENT ON FUNCTION dup_select.insert_on_duplicate_key_return(anyelement) IS
    'Inserts a row of a table that is keyed by plain columns and has no other unique constraint, unless its key exists, and '
    'returns its key without reading anything back. The row returned has the key columns only and NULL elsewhere, in both '
    'cases, lest what was given be taken for what is stored. 0A000, with the reason, for other tables and for a row in '
    'which a key column is NULL. NULL in a column that is an identity or has a default means the default; generated columns '
    'are left out. Works with the caller''s rights: INSERT, and SELECT of the key. Waits for a concurrent transaction that '
    'inserts the same key; 40001 above READ COMMITTED where the snapshot does not show its row. All other errors pass '
    'unchanged.';

-- Columns of the only unique index of a table, where a row shows their values. 0A000 otherwise, with the reason.
CREATE FUNCTION dup_select_private.sole_key(target regclass) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_facts  dup_select_private.unique_facts := dup_select_private.unique_facts(target);
    v_reason text;
BEGIN
    v_reason := CASE
        WHEN v_facts.indexes IS NULL THEN 'it has no unique constraint'
        WHEN cardinality(v_facts.indexes) > 1
            THEN format('it has several unique constraints: %s', array_to_string(v_facts.indexes, ', '))
        WHEN v_facts.exclusion THEN format('%s is an exclusion constraint', v_facts.indexes[1])
        WHEN NOT v_facts.valid THEN format('%s is not valid', v_facts.indexes[1])
        WHEN NOT v_facts.immediate THEN format('%s is deferrable', v_facts.indexes[1])
        WHEN v_facts.on_expression THEN format('%s is on an expression', v_facts.indexes[1])
        WHEN v_facts.partial THEN format('%s is partial', v_facts.indexes[1])
        WHEN v_facts.triggered THEN 'a BEFORE INSERT trigger may change the key'
        WHEN v_facts.generated IS NOT NULL
            THEN format('no value is given for key column %s', array_to_string(v_facts.generated, ', '))
    END;
    IF v_reason IS NOT NULL THEN
        PERFORM dup_select_private.refuse_return(target, v_reason);
    END IF;
    RETURN v_facts.columns;
END
$$;

-- Raises 0A000 where a key column is NULL in the row.
CREATE FUNCTION dup_select_private.require_given_key(new anyelement, key_columns text[]) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_missing text[];
BEGIN
    EXECUTE (SELECT format('SELECT array_remove(ARRAY[%s], NULL)', string_agg(
                        format('CASE WHEN ($1).%I IS NOT DISTINCT FROM NULL THEN %1$L END', k.name), ', ' ORDER BY k.n))
             FROM unnest(key_columns) WITH ORDINALITY AS k (name, n)) INTO v_missing USING new;
    IF cardinality(v_missing) > 0 THEN
        PERFORM dup_select_private.refuse_return(dup_select_private.target_table(pg_typeof(new)),
            format('no value is given for key column %s', array_to_string(v_missing, ', ')));
    END IF;
END
$$;

-- A row without all that is not in the key: the rest is NULL.
CREATE FUNCTION dup_select_private.key_of_row(new anyelement, target regclass, key_columns text[], OUT key anyelement)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE (SELECT format('SELECT %s', string_agg(
                        CASE WHEN c.name = ANY (key_columns) THEN format('($1).%I', c.name) ELSE 'NULL' END, ', ' ORDER BY c.n))
             FROM unnest(dup_select_private.column_names(target)) WITH ORDINALITY AS c (name, n))
        INTO key USING new;
END
$$;

-- Raises 0A000: a table, or a row of it, is none for insert_on_duplicate_key_return.
CREATE FUNCTION dup_select_private.refuse_return(target regclass, reason text) RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the key of a new row of % cannot be told from the row: %', target, reason
        USING ERRCODE = 'feature_not_supported',
            HINT = 'Use dup_select.insert_on_duplicate_key_select, which reads the existing row.';
END
$$;
