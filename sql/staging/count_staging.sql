CREATE OR REPLACE FUNCTION exograph.count_staging() RETURNS TABLE (table_name text, staged bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    -- One assignment each: a count in an expression may run in parallel.
    table_name := 'packages';          staged := (SELECT count(*) FROM staged_packages);          RETURN NEXT;
    table_name := 'package_versions';  staged := (SELECT count(*) FROM staged_package_versions);  RETURN NEXT;
    table_name := 'files';             staged := (SELECT count(*) FROM staged_files);             RETURN NEXT;
    table_name := 'terms';             staged := (SELECT count(*) FROM staged_terms);             RETURN NEXT;
    table_name := 'fragments';         staged := (SELECT count(*) FROM staged_fragments);         RETURN NEXT;
    table_name := 'graph_nodes';       staged := (SELECT count(*) FROM staged_graph_nodes);       RETURN NEXT;
    table_name := 'comments';          staged := (SELECT count(*) FROM staged_comments);          RETURN NEXT;
    table_name := 'definitions';       staged := (SELECT count(*) FROM staged_definitions);       RETURN NEXT;
    table_name := 'symbol_references'; staged := (SELECT count(*) FROM staged_symbol_references); RETURN NEXT;
    table_name := 'call_edges';        staged := (SELECT count(*) FROM staged_call_edges);        RETURN NEXT;
    table_name := 'fragment_terms';    staged := (SELECT count(*) FROM staged_fragment_terms);    RETURN NEXT;
END
$$;

ALTER FUNCTION exograph.count_staging() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.count_staging() IS 'Rows per staging table of the load on the search path.';
REVOKE ALL ON FUNCTION exograph.count_staging() FROM PUBLIC;
