-- Tables come after those they refer to, so one pass reaches the fixpoint: a row that refers to a rejected one is rejected.
CREATE OR REPLACE PROCEDURE exograph.validate_staging()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph.create_work_tables();

    CALL exograph.validate_table('packages');
    CALL exograph.key_packages();
    CALL exograph.note_range('packages');
    CALL exograph.validate_table('package_versions');
    CALL exograph.key_package_versions();
    CALL exograph.note_range('package_versions');
    CALL exograph.validate_table('files');
    CALL exograph.key_files();
    CALL exograph.note_range('files');
    CALL exograph.validate_table('terms');
    CALL exograph.key_terms();
    CALL exograph.note_range('terms');
    CALL exograph.validate_table('fragments');
    CALL exograph.key_fragments();
    CALL exograph.note_range('fragments');
    CALL exograph.validate_table('graph_nodes');
    CALL exograph.key_graph_nodes();
    CALL exograph.note_range('graph_nodes');

    CALL exograph.validate_table('comments');
    CALL exograph.validate_table('definitions');
    CALL exograph.validate_table('symbol_references');
    CALL exograph.validate_table('call_edges');
    CALL exograph.validate_table('fragment_terms');
END
$$;

ALTER PROCEDURE exograph.validate_staging() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.validate_staging() IS
    'Finds all staged rows that break a rule (table rejects of the load), and the canonical numbers of the others (tables '
    'keys_*).';
REVOKE ALL ON PROCEDURE exograph.validate_staging() FROM PUBLIC;
