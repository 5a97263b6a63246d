SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- A subtransaction for each row, which ends with what it did rolled back where the row is a duplicate. The attempts are limited
-- only lest something unthought-of loops for ever: each that fails has lost a race to a session that deleted the row.
CREATE OR REPLACE FUNCTION dup_select.insert_on_duplicate_key_select(new anyelement, OUT stored anyelement)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_target     pg_catalog.regclass := dup_select_private.target_table(pg_catalog.pg_typeof(new));
    v_given      pg_catalog.text[] := dup_select_private.given_columns(new);
    v_arbiter    pg_catalog.regclass;
    v_schema     pg_catalog.text;
    v_table      pg_catalog.text;
    v_constraint pg_catalog.text;
    v_duplicate  record;
    v_path       pg_catalog.text := pg_catalog.current_setting('search_path');
    v_found      boolean;
BEGIN
    FOR v_attempt IN REVERSE 99 .. 0 LOOP
        BEGIN
            stored := dup_select_private.insert_row(new, v_target, v_given, v_arbiter);
            RETURN;
        EXCEPTION WHEN unique_violation THEN
            GET STACKED DIAGNOSTICS v_schema = SCHEMA_NAME, v_table = TABLE_NAME, v_constraint = CONSTRAINT_NAME;
            SELECT * INTO v_duplicate
            FROM dup_select_private.find_duplicate(v_target, v_given, v_schema, v_table, v_constraint);
            IF v_duplicate.index IS NULL OR v_attempt OPERATOR(pg_catalog.=) 0 THEN
                RAISE;
            END IF;
            IF v_duplicate.by_trigger THEN
                v_arbiter := v_duplicate.index;
                CONTINUE;
            END IF;
            IF v_duplicate.pinned THEN
                PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
            END IF;
            -- Before the look-up, whose snapshot is then a newer one: a default may wait.
            stored := CASE WHEN v_duplicate.hidden THEN dup_select_private.stored_row(new, v_target, v_given) ELSE new END;
            SELECT * INTO stored FROM dup_select_private.existing_row(stored, v_target, v_duplicate.index);
            v_found := FOUND;
            IF v_duplicate.pinned THEN
                PERFORM pg_catalog.set_config('search_path', v_path, true);
            END IF;
            IF v_found THEN
                RETURN;
            END IF;
            IF pg_catalog.row_security_active(v_target) THEN
                RAISE; -- it is where the caller may not see it
            END IF;
            PERFORM dup_select_private.require_newest_snapshot(v_schema, v_table, v_constraint);
        END;
    END LOOP;
END
$$;

COMMENT ON FUNCTION dup_select.insert_on_duplicate_key_select(anyelement) IS
    'Inserts a row of any table''s row type and returns it as stored, or returns the existing row, where any unique '
    'constraint or unique index of the table finds a duplicate: by the constraint that the server reports first. NULL in a '
    'column that is an identity or has a default means the default; generated columns are left out. NULL only where a '
    'trigger suppressed the row. Works with the caller''s rights: INSERT and SELECT, and UPDATE of a column where a BEFORE '
    'INSERT trigger exists, since only ON CONFLICT DO UPDATE sees the key that it makes: the row is then locked, not '
    'written; statement triggers for INSERT and UPDATE fire, and BEFORE INSERT for each row, but not UPDATE for each row. '
    'Waits for a concurrent transaction that inserts or deletes the same key. A duplicate burns the numbers drawn for it. '
    '40001 above READ COMMITTED where the snapshot does not show the row: run the transaction again. 42809 where it is not '
    'a row of a table. All other errors pass unchanged; so does 23505 where the duplicate is a number that the server drew '
    'from a sequence, where row security hides the row, and of a deferred constraint, which reports at commit.';

-- Inserts the given columns of a row and returns it as it is stored, or the row that has its key in the arbiter, an index (NULL:
-- none). NULL where a trigger suppressed the row.
CREATE FUNCTION dup_select_private.insert_row(
    new anyelement, target regclass, given text[], arbiter regclass, OUT stored anyelement)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_insert   pg_catalog.text := dup_select_private.insert_statement(target, given);
    v_inserted integer;
BEGIN
    IF arbiter IS NOT NULL THEN
        PERFORM pg_catalog.set_config(dup_select_private.found_setting(), '', true);
        v_insert := pg_catalog.format('%s %s', v_insert, dup_select_private.conflict_clause(arbiter));
    END IF;
    EXECUTE pg_catalog.format('%s RETURNING existing.*', v_insert) INTO stored USING new;
    GET DIAGNOSTICS v_inserted = ROW_COUNT;
    IF v_inserted OPERATOR(pg_catalog.=) 0 AND arbiter IS NOT NULL
        AND pg_catalog.current_setting(dup_select_private.found_setting()) OPERATOR(pg_catalog.<>) ''
    THEN
        SELECT * INTO stored FROM dup_select_private.locked_row(new, target);
    END IF;
END
$$;

-- ON CONFLICT clause that locks the existing row, changes nothing, and leaves its place in found_setting(). The key that a
-- BEFORE trigger gives a row shows only inside ON CONFLICT. Its UPDATE is refused by its WHERE clause, which leaves word of the
-- row instead: the row is locked but not written, and no UPDATE trigger for each row fires. The setting is one for each depth of
-- triggers, since an AFTER trigger may come here too.
CREATE FUNCTION dup_select_private.conflict_clause(index regclass) RETURNS text
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    SELECT pg_catalog.format(
        'ON CONFLICT %s DO UPDATE SET %I = existing.%2$I '
        'WHERE pg_catalog.set_config(%L, pg_catalog.concat_ws('' '', existing.tableoid, existing.ctid), true) IS NULL',
        dup_select_private.arbiter(index), dup_select_private.settable_column((dup_select_private.index_facts(index)).indexed),
        dup_select_private.found_setting())
$$;

-- How ON CONFLICT names a unique index, by its key and predicate. The text holds for the search_path in force.
CREATE FUNCTION dup_select_private.arbiter(index regclass) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT pg_catalog.format('(%s) WHERE %s',
            (SELECT pg_catalog.string_agg(pg_catalog.format('(%s)%s %s', p.expression, p.collation_clause, p.operator_class),
                                          ', ' ORDER BY p.part)
             FROM dup_select_private.parts_of_key(index) p),
            coalesce(pg_catalog.pg_get_expr(f.predicate, f.indexed), 'true'))
        FROM dup_select_private.index_facts(index) f);
END
$$;

-- The row of the same table whose place conflict_clause() has left.
CREATE FUNCTION dup_select_private.locked_row(new anyelement, target regclass) RETURNS SETOF anyelement
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_place pg_catalog.text := pg_catalog.current_setting(dup_select_private.found_setting());
BEGIN
    RETURN QUERY EXECUTE pg_catalog.format(
        'SELECT %s %s WHERE tableoid OPERATOR(pg_catalog.=) $1 AND ctid OPERATOR(pg_catalog.=) $2',
        dup_select_private.column_list(target), dup_select_private.from_table(target))
        USING pg_catalog.split_part(v_place, ' ', 1)::pg_catalog.oid, pg_catalog.split_part(v_place, ' ', 2)::pg_catalog.tid;
END
$$;

-- Raises 40001 in a transaction that sees one snapshot all along: looking again for a row that it does not show is in vain.
CREATE FUNCTION dup_select_private.require_newest_snapshot(schema_name text, table_name text, constraint_name text)
RETURNS void
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
        RAISE EXCEPTION 'could not serialize access: a duplicate in % was committed after this transaction''s snapshot',
                quote_ident(constraint_name)
            USING ERRCODE = 'serialization_failure', HINT = 'Run the transaction again.',
                SCHEMA = schema_name, TABLE = table_name, CONSTRAINT = constraint_name;
    END IF;
END
$$;
