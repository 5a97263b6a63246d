-- Decides after a 23505 whether to look for the duplicate, and by which index.
CREATE OR REPLACE FUNCTION dup_select.find_duplicate(
    target regclass, given text[], schema_name text, table_name text, constraint_name text,
    OUT index regclass, OUT hidden boolean, OUT by_trigger boolean, OUT pinned boolean)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_reported regclass := dup_select.reported_index(schema_name, table_name, constraint_name);
    v_index    regclass := dup_select.target_index(target, v_reported);
    v_key      record;
    v_facts    record;
BEGIN
    SELECT * INTO v_key FROM dup_select.hidden_key(v_index, given);
    SELECT * INTO v_facts FROM dup_select.index_facts(v_index);
    hidden := v_key.hidden;
    pinned := dup_select.row_is_pinned(target, v_facts.indexed);
    by_trigger := dup_select.has_before_trigger(target, v_reported);
    IF v_key.numbered THEN
        RETURN; -- a sequence lags behind its table: the row that has the number is not this one
    END IF;
    IF by_trigger AND (NOT v_facts.immediate OR v_facts.indexed <> target OR dup_select.settable_column(target) IS NULL) THEN
        RETURN; -- no ON CONFLICT by this index
    END IF;
    index := v_index;
END
$$;

ALTER FUNCTION dup_select.find_duplicate(regclass, text[], text, text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.find_duplicate(regclass, text[], text, text, text) IS
    'By which index to look for the row that a 23505 with these diagnostics speaks of, whether a part of its key is filled '
    'in by the server, and whether BEFORE triggers may have changed it. No index where the error must be let through: it is '
    'about another table, about a number drawn from a sequence, or by a trigger and an index that ON CONFLICT cannot name.';
REVOKE ALL ON FUNCTION dup_select.find_duplicate(regclass, text[], text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.find_duplicate(regclass, text[], text, text, text) TO PUBLIC;
