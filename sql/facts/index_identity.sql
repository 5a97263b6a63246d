-- Most loads hold no fact twice, and the index has to be built anyway: it is asked first, and only its failure, or that of
-- index_staged, makes anybody look for duplicates.
CREATE OR REPLACE FUNCTION exograph.index_identity(load_id integer, table_name text) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_index     regclass := exograph.identity_index(table_name);
    v_collapsed bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM staged_rows r WHERE r.table_name = index_identity.table_name AND r.repeats) THEN
        BEGIN
            CALL exograph.create_fact_index(v_index, 'new_' || table_name, exograph.partition_name(table_name, load_id));
            RETURN 0;
        EXCEPTION WHEN unique_violation THEN
            NULL;
        END;
    END IF;
    v_collapsed := exograph.collapse_facts(load_id, table_name);
    CALL exograph.create_fact_index(v_index, 'new_' || table_name, exograph.partition_name(table_name, load_id));
    RETURN v_collapsed;
END
$$;

ALTER FUNCTION exograph.index_identity(integer, text) OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.index_identity(integer, text) IS
    'Builds the identity index of new_<table>, collapsing facts of equal identity where there are any, and returns how many '
    'went.';
REVOKE ALL ON FUNCTION exograph.index_identity(integer, text) FROM PUBLIC;
