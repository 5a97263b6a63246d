-- A COPY still running would add rows behind the counts; one that begins now waits and finds the staging gone. Readers are kept
-- out, too: the tables are renamed or dropped in the end, and a wait is better here than behind the closed gate.
CREATE OR REPLACE PROCEDURE exograph.lock_staging(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF to_regclass(format('%I.staging_token', exograph.staging_schema(load_id))) IS NULL
       OR NOT EXISTS (SELECT FROM staging_token) THEN
        RAISE EXCEPTION 'load %: its staging is lost', load_id USING ERRCODE = 'XG004',
            DETAIL = 'Staging tables are unlogged: the server emptied them when it recovered from a crash.',
            HINT = format('Nothing of it reached the index. CALL exograph.abandon_load(%s), and load again.', load_id);
    END IF;
    LOCK TABLE staged_packages, staged_package_versions, staged_files, staged_terms, staged_fragments, staged_graph_nodes,
        staged_comments, staged_definitions, staged_symbol_references, staged_call_edges, staged_fragment_terms
        IN ACCESS EXCLUSIVE MODE;
EXCEPTION WHEN lock_not_available THEN
    RAISE EXCEPTION 'load %: its staging is in use', load_id USING ERRCODE = 'lock_not_available',
        DETAIL = format('A staging table was locked for longer than lock_timeout (%s).', current_setting('lock_timeout')),
        HINT = 'Let the COPY or the query end or cancel it, then call again: the staging is intact.';
END
$$;

ALTER PROCEDURE exograph.lock_staging(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.lock_staging(integer) IS
    'Makes sure that the staging is there, and locks it against everybody else. Errors: XG004, 55P03.';
REVOKE ALL ON PROCEDURE exograph.lock_staging(integer) FROM PUBLIC;
