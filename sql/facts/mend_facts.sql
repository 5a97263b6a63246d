CREATE OR REPLACE FUNCTION exograph.mend_facts(table_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_columns text := (SELECT string_agg(format('%I', c.column_name), ', ' ORDER BY c.column_position)
                       FROM exograph.staging_columns c
                       WHERE c.table_name = mend_facts.table_name);
    v_existing bigint;
BEGIN
    ANALYZE changes;
    EXECUTE format('DELETE FROM %I s USING changes c WHERE s.ctid = c.staged_ctid AND c.stands', 'staged_' || table_name);
    GET DIAGNOSTICS v_existing = ROW_COUNT;
    EXECUTE format('UPDATE %I s SET (%s) = ROW(%s) FROM changes c WHERE s.ctid = c.staged_ctid AND NOT c.stands',
                   'staged_' || table_name, v_columns,
                   (SELECT string_agg('c.' || trim(n), ', ') FROM string_to_table(v_columns, ',') n));
    RETURN v_existing;
END
$$;

ALTER FUNCTION exograph.mend_facts(text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.mend_facts(text) IS
    'Brings the rows of staged_<table> that table changes lists into their final form, deletes those that stand in the index, '
    'and returns how many stood.';
REVOKE ALL ON FUNCTION exograph.mend_facts(text) FROM PUBLIC;
