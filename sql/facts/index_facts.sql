CREATE OR REPLACE FUNCTION exograph.index_facts(load_id integer, table_name text, only_identity boolean) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_collapsed bigint;
    v_index     regclass;
BEGIN
    PERFORM exograph.start_phase(load_id, 'indexing', table_name);
    v_collapsed := exograph.index_identity(load_id, table_name);
    IF only_identity THEN
        RETURN v_collapsed;
    END IF;
    FOR v_index IN
        SELECT i.indexrelid FROM pg_index i
        WHERE i.indrelid = format('exograph.%I', table_name)::regclass AND NOT i.indisunique
    LOOP
        CALL exograph.create_fact_index(v_index, 'new_' || table_name, exograph.partition_name(table_name, load_id));
    END LOOP;
    RETURN v_collapsed;
END
$$;

ALTER FUNCTION exograph.index_facts(integer, text, boolean) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.index_facts(integer, text, boolean) IS
    'Collapses facts of equal identity in new_<table>, returns how many went, and builds its indexes; only_identity: the unique '
    'one, which finds them.';
REVOKE ALL ON FUNCTION exograph.index_facts(integer, text, boolean) FROM PUBLIC;
