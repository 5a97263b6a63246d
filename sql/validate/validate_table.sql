CREATE OR REPLACE PROCEDURE exograph.validate_table(table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO rejects (table_name, staged_ctid, reason, staged_row)
         SELECT %L, b.staged_ctid, b.reason, to_jsonb(r) - ''load_id''
         FROM (%s) b JOIN %I r ON r.ctid = b.staged_ctid',
        table_name, exograph.reject_query(table_name), 'staged_' || table_name);
END
$$;

ALTER PROCEDURE exograph.validate_table(text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.validate_table(text) IS
    'Adds the rows of a staging table that break a rule to the load''s rejects. The tables it refers to have been validated '
    'and keyed.';
REVOKE ALL ON PROCEDURE exograph.validate_table(text) FROM PUBLIC;
