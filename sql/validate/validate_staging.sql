-- Tables come after those they refer to, so one pass reaches the fixpoint: a row that refers to a rejected one is rejected.
CREATE OR REPLACE PROCEDURE exograph.validate_staging(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_reserved boolean := exograph.has_reserved_ids(load_id);
BEGIN
    CALL exograph.create_work_tables();
    CALL exograph.note_reservations(load_id);

    CALL exograph.validate_table('packages', v_reserved);
    CALL exograph.key_packages();
    CALL exograph.note_range('packages');
    CALL exograph.validate_table('package_versions', v_reserved);
    CALL exograph.key_package_versions();
    CALL exograph.note_range('package_versions');
    CALL exograph.validate_table('files', v_reserved);
    CALL exograph.key_files();
    CALL exograph.note_range('files');
    CALL exograph.validate_table('terms', v_reserved);
    CALL exograph.key_terms();
    CALL exograph.note_range('terms');
    CALL exograph.validate_table('fragments', v_reserved);
    CALL exograph.key_fragments();
    CALL exograph.note_range('fragments');
    CALL exograph.validate_table('graph_nodes', v_reserved);
    CALL exograph.key_graph_nodes();
    CALL exograph.note_range('graph_nodes');

    CALL exograph.validate_table('comments', v_reserved);
    CALL exograph.validate_table('definitions', v_reserved);
    CALL exograph.validate_table('symbol_references', v_reserved);
    CALL exograph.validate_table('call_edges', v_reserved);
    CALL exograph.validate_table('fragment_terms', v_reserved);
END
$$;

ALTER PROCEDURE exograph.validate_staging(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.validate_staging(integer) IS
    'Finds all staged rows that break a rule (table rejects of the load), and the canonical numbers of the others (tables '
    'keys_*).';
REVOKE ALL ON PROCEDURE exograph.validate_staging(integer) FROM PUBLIC;
