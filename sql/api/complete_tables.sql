SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph.complete_tables() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT '{comments,definitions,symbol_references,call_edges,fragments,fragment_terms,graph_nodes}'::pg_catalog.text[]
$$;

COMMENT ON FUNCTION exograph.complete_tables() IS
    'Tables that a load can declare complete for its files: those whose rows belong to a file, fragment_terms by its fragments.';
