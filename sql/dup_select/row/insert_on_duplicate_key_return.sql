CREATE OR REPLACE FUNCTION dup_select.insert_on_duplicate_key_return(new anyelement, OUT key anyelement)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_target pg_catalog.regclass := dup_select.target_table(pg_catalog.pg_typeof(new));
    v_key    pg_catalog.text[] := dup_select.sole_key(v_target);
BEGIN
    PERFORM dup_select.require_given_key(new, v_key);
    EXECUTE pg_catalog.format('%s ON CONFLICT (%s) DO NOTHING',
        dup_select.insert_statement(v_target, dup_select.given_columns(new)), dup_select.name_list(v_key)) USING new;
    key := dup_select.key_of_row(new, v_key);
END
$$;

ALTER FUNCTION dup_select.insert_on_duplicate_key_return(anyelement) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.insert_on_duplicate_key_return(anyelement) IS
    'Inserts a row of a table that is keyed by plain columns and has no other unique constraint, unless its key stands, and '
    'returns its key without reading anything back. The row returned has the key columns only and NULL elsewhere, in both '
    'cases, lest what was given be taken for what is stored. 0A000, with the reason, for other tables and for a row in '
    'which a key column is NULL. NULL in a column that is an identity or has a default means the default; generated columns '
    'are left out. Works with the caller''s rights: INSERT, and SELECT of the key. Waits for a concurrent transaction that '
    'inserts the same key; 40001 above READ COMMITTED where the snapshot does not show its row. All other errors pass '
    'unchanged.';
REVOKE ALL ON FUNCTION dup_select.insert_on_duplicate_key_return(anyelement) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.insert_on_duplicate_key_return(anyelement) TO PUBLIC;
