-- A table that is only passed on to the shared partition needs no WAL of its own.
CREATE OR REPLACE FUNCTION exograph.rewrite_facts(
    load_id integer, table_name text, staged_rows bigint, shared boolean, offsets jsonb, versioned boolean
) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_fresh   bigint;
    v_lacking bigint := 0;
BEGIN
    EXECUTE format('CREATE %s TABLE %I (LIKE exograph.%I INCLUDING ALL EXCLUDING INDEXES,
                                        CONSTRAINT load_id_is_this_load CHECK (load_id = %s)) %s',
                   CASE WHEN shared THEN 'UNLOGGED' ELSE '' END,
                   'new_' || table_name, table_name, load_id,
                   CASE WHEN shared THEN '' ELSE exograph.tablespace_clause(format('exograph.%I', table_name)::regclass) END);
    EXECUTE format('ALTER TABLE %I ALTER COLUMN load_id SET DEFAULT %s, REPLICA IDENTITY FULL', 'new_' || table_name, load_id);
    EXECUTE exograph.fact_query(load_id, table_name, true, offsets, versioned);
    GET DIAGNOSTICS v_fresh = ROW_COUNT;
    IF v_fresh < staged_rows THEN
        EXECUTE exograph.fact_query(load_id, table_name, false, offsets, versioned);
        GET DIAGNOSTICS v_lacking = ROW_COUNT;
    END IF;
    RETURN v_fresh + v_lacking;
END
$$;

ALTER FUNCTION exograph.rewrite_facts(integer, text, bigint, boolean, jsonb, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.rewrite_facts(integer, text, bigint, boolean, jsonb, boolean) IS
    'Writes the staged facts that do not stand yet, in final form, into a table new_<table>, and returns how many. Of the '
    'others it reports those that differ from what stands. '
    'shared: they are on their way to the shared partition.';
REVOKE ALL ON FUNCTION exograph.rewrite_facts(integer, text, bigint, boolean, jsonb, boolean) FROM PUBLIC;
