CREATE OR REPLACE PROCEDURE exograph.analyze_dimensions(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_table text;
BEGIN
    FOR v_table IN
        SELECT t.table_name FROM exograph.load_tables t
        WHERE t.load_id = analyze_dimensions.load_id AND t.path = 'merged'
        ORDER BY t.position
    LOOP
        PERFORM exograph.start_phase(load_id, 'analyzing', v_table);
        EXECUTE format('ANALYZE exograph.%I', v_table);
    END LOOP;
END
$$;

ALTER PROCEDURE exograph.analyze_dimensions(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.analyze_dimensions(integer) IS
    'Statistics for the dimensions that the load added to; partitions are analyzed before they are attached.';
REVOKE ALL ON PROCEDURE exograph.analyze_dimensions(integer) FROM PUBLIC;
