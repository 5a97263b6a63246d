CREATE OR REPLACE PROCEDURE exograph.share_facts(load_id integer, table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_columns text;
BEGIN
    PERFORM exograph.start_phase(load_id, 'sharing', table_name);
    SELECT string_agg(format('%I', c.column_name), ', ') INTO v_columns
    FROM exograph.staging_columns c
    WHERE c.table_name = share_facts.table_name;
    EXECUTE format('INSERT INTO exograph.%I (%s, load_id) SELECT %2$s, %3$s FROM %4$I',
                   table_name, v_columns, -load_id, 'new_' || table_name);
    EXECUTE format('DROP TABLE %I', 'new_' || table_name);
END
$$;

ALTER PROCEDURE exograph.share_facts(integer, text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.share_facts(integer, text) IS
    'Puts the facts of new_<table> into the shared partition, under the load''s number negated.';
REVOKE ALL ON PROCEDURE exograph.share_facts(integer, text) FROM PUBLIC;
