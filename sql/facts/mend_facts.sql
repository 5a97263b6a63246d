CREATE OR REPLACE FUNCTION exograph.mend_facts(load_id integer, table_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_match     record := exograph.match_facts(table_name);
    v_columns   text   := (SELECT string_agg(format('%I', c.column_name), ', ' ORDER BY c.column_position)
                           FROM exograph.staging_columns c
                           WHERE c.table_name = mend_facts.table_name);
    v_existing  bigint;
    v_conflicts bigint;
BEGIN
    ANALYZE changes;
    EXECUTE format(
        'WITH standing AS (
            DELETE FROM %I s USING changes f JOIN exograph.%I d ON %s WHERE s.ctid = f.staged_ctid AND NOT f.inserted
            RETURNING %s AS differs)
         SELECT count(*), count(*) FILTER (WHERE differs) FROM standing',
        'staged_' || table_name, table_name, v_match.equal, coalesce(v_match.differing, 'false'))
    INTO v_existing, v_conflicts;
    EXECUTE format('UPDATE %I s SET (%s) = ROW(%s) FROM changes c WHERE s.ctid = c.staged_ctid',
                   'staged_' || table_name, v_columns,
                   (SELECT string_agg('c.' || trim(n), ', ') FROM string_to_table(v_columns, ',') n));

    UPDATE exograph.load_tables t SET conflicting = t.conflicting + v_conflicts
    WHERE t.load_id = mend_facts.load_id AND t.table_name = mend_facts.table_name;
    RETURN v_existing;
END
$$;

ALTER FUNCTION exograph.mend_facts(integer, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.mend_facts(integer, text) IS
    'Deletes the rows of staged_<table> that table changes lists and that stand in the index, reporting those that differ from '
    'what stands, brings the others that it lists into their final form, and returns how many stood.';
REVOKE ALL ON FUNCTION exograph.mend_facts(integer, text) FROM PUBLIC;
