CREATE OR REPLACE FUNCTION dup_select.require_newest_snapshot(schema_name text, table_name text, constraint_name text)
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

ALTER FUNCTION dup_select.require_newest_snapshot(text, text, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.require_newest_snapshot(text, text, text) IS
    'Raises 40001 in a transaction that sees one snapshot all along: looking again for a row that it does not show is in '
    'vain.';
REVOKE ALL ON FUNCTION dup_select.require_newest_snapshot(text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.require_newest_snapshot(text, text, text) TO PUBLIC;
