CREATE OR REPLACE PROCEDURE exograph.rebuild_shed_indexes(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_shed record;
BEGIN
    FOR v_shed IN SELECT * FROM shed s ORDER BY s.position LOOP
        PERFORM exograph.start_phase(load_id, 'indexing', v_shed.table_name);
        CALL exograph.make_index(v_shed.definition, v_shed.tablespace, v_shed.attributes);
    END LOOP;
    DROP TABLE shed;
END
$$;

ALTER PROCEDURE exograph.rebuild_shed_indexes(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.rebuild_shed_indexes(integer) IS
    'Makes again what shed_indexes took away; the foreign keys are validated by it.';
REVOKE ALL ON PROCEDURE exograph.rebuild_shed_indexes(integer) FROM PUBLIC;
