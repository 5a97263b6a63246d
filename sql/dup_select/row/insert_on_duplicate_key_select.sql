-- A subtransaction for each row, which ends with what it did rolled back where the row is a duplicate. The attempts are limited
-- only lest something unthought-of loops for ever: each that fails has lost a race to a session that deleted the row.
CREATE OR REPLACE FUNCTION dup_select.insert_on_duplicate_key_select(new anyelement, OUT stored anyelement)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_target     pg_catalog.regclass := dup_select.target_table(pg_catalog.pg_typeof(new));
    v_given      pg_catalog.text[] := dup_select.given_columns(new);
    v_arbiter    pg_catalog.regclass;
    v_schema     pg_catalog.text;
    v_table      pg_catalog.text;
    v_constraint pg_catalog.text;
    v_duplicate  record;
BEGIN
    FOR v_attempt IN REVERSE 99 .. 0 LOOP
        BEGIN
            stored := dup_select.insert_row(new, v_given, v_arbiter);
            RETURN;
        EXCEPTION WHEN unique_violation THEN
            GET STACKED DIAGNOSTICS v_schema = SCHEMA_NAME, v_table = TABLE_NAME, v_constraint = CONSTRAINT_NAME;
            SELECT * INTO v_duplicate
            FROM dup_select.find_duplicate(v_target, v_given, v_schema, v_table, v_constraint);
            IF v_duplicate.index IS NULL OR v_attempt OPERATOR(pg_catalog.=) 0 THEN
                RAISE;
            END IF;
            IF v_duplicate.by_trigger THEN
                v_arbiter := v_duplicate.index;
                CONTINUE;
            END IF;
            stored := CASE
                WHEN NOT v_duplicate.hidden THEN new
                WHEN v_duplicate.pinned THEN dup_select.stored_row_pinned(new, v_given)
                ELSE dup_select.stored_row(new, v_given)
            END;
            IF v_duplicate.pinned THEN
                SELECT * INTO stored FROM dup_select.existing_row_pinned(stored, v_duplicate.index);
            ELSE
                SELECT * INTO stored FROM dup_select.existing_row(stored, v_duplicate.index);
            END IF;
            IF FOUND THEN
                RETURN;
            END IF;
            IF pg_catalog.row_security_active(v_target) THEN
                RAISE; -- it stands where the caller may not see it
            END IF;
            PERFORM dup_select.require_newest_snapshot(v_schema, v_table, v_constraint);
        END;
    END LOOP;
END
$$;

ALTER FUNCTION dup_select.insert_on_duplicate_key_select(anyelement) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.insert_on_duplicate_key_select(anyelement) IS
    'Inserts a row of any table''s row type and returns it as stored, or returns the row that stands, where any unique '
    'constraint or unique index of the table finds a duplicate: by the constraint that the server reports first. NULL in a '
    'column that is an identity or has a default means the default; generated columns are left out. NULL only where a '
    'trigger suppressed the row. Works with the caller''s rights: INSERT and SELECT, and UPDATE of a column where a BEFORE '
    'INSERT trigger stands, since only ON CONFLICT DO UPDATE sees the key that it makes: the row is then locked, not '
    'written; statement triggers for INSERT and UPDATE fire, and BEFORE INSERT for each row, but not UPDATE for each row. '
    'Waits for a concurrent transaction that inserts or deletes the same key. A duplicate burns the numbers drawn for it. '
    '40001 above READ COMMITTED where the snapshot does not show the row: run the transaction again. 42809 where it is not '
    'a row of a table. All other errors pass unchanged; so does 23505 where the duplicate is a number that the server drew '
    'from a sequence, where row security hides the row, and of a deferred constraint, which reports at commit.';
REVOKE ALL ON FUNCTION dup_select.insert_on_duplicate_key_select(anyelement) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.insert_on_duplicate_key_select(anyelement) TO PUBLIC;
