SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- By which index to look for the row that a 23505 with these diagnostics speaks of, whether a part of its key is filled in by the
-- server, and whether BEFORE triggers may have changed it. No index where the error must be let through: it is about another
-- table, about a number drawn from a sequence, or by a trigger and an index that ON CONFLICT cannot name.
CREATE FUNCTION dup_select_private.find_duplicate(
    target regclass, given text[], schema_name text, table_name text, constraint_name text,
    OUT index regclass, OUT hidden boolean, OUT by_trigger boolean, OUT pinned boolean)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_reported regclass := dup_select_private.reported_index(schema_name, table_name, constraint_name);
    v_index    regclass := dup_select_private.target_index(target, v_reported);
    v_key      record;
    v_facts    record;
BEGIN
    SELECT * INTO v_key FROM dup_select_private.hidden_key(v_index, given);
    SELECT * INTO v_facts FROM dup_select_private.index_facts(v_index);
    hidden := v_key.hidden;
    pinned := dup_select_private.is_pinned(ARRAY[target, v_facts.indexed]);
    by_trigger := dup_select_private.has_before_trigger(
        ARRAY[target, (dup_select_private.index_facts(v_reported)).indexed]); -- a partition may have triggers of its own
    IF v_key.numbered THEN
        RETURN; -- a sequence lags behind its table: the row that has the number is not this one
    END IF;
    IF by_trigger
        AND (NOT v_facts.immediate OR v_facts.indexed <> target OR dup_select_private.settable_column(target) IS NULL) THEN
        RETURN; -- no ON CONFLICT by this index
    END IF;
    index := v_index;
END
$$;

-- Whether a row of which these columns are given hides a part of its key (a default, a generated column), and whether that is a
-- number that the server drew from a sequence. What stays unshown would find another row, or none.
CREATE FUNCTION dup_select_private.hidden_key(index regclass, given text[], OUT hidden boolean, OUT numbered boolean)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    SELECT coalesce(bool_or(k.column_name <> ALL (given)), false),
           coalesce(bool_or(k.numbered AND k.column_name <> ALL (given)), false)
        INTO hidden, numbered
    FROM dup_select_private.key_columns(index) k;
END
$$;
