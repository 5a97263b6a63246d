-- Who may read what the migrations have made. Stated here and not there, so that a restore that brought no rights can be mended:
-- this is run again. What code makes states its rights beside itself.

GRANT SELECT ON
    exograph.packages, exograph.package_versions, exograph.files, exograph.file_paths, exograph.terms, exograph.fragments,
    exograph.graph_nodes,
    exograph.comments, exograph.definitions, exograph.symbol_references, exograph.call_edges, exograph.fragment_terms,
    exograph.complete_facts,
    exograph.loads, exograph.load_tables, exograph.load_phases, exograph.load_rejects, exograph.reserved_ids,
    exograph.deferred_indexes,
    exograph.schemaversions, exograph.code_versions -- so that a driver can tell that it is not of the same version
    TO exograph_loader, exograph_reader;

REVOKE ALL ON FUNCTION exograph.text_digest(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION exograph.graph_node_digest(bigint, bigint, text, text, text, text, integer, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION exograph.fragment_content_hash(text, text, text, bytea, text, integer, integer, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exograph.text_digest(text) TO exograph_loader, exograph_reader;
GRANT EXECUTE ON FUNCTION exograph.graph_node_digest(bigint, bigint, text, text, text, text, integer, integer)
    TO exograph_loader, exograph_reader;
GRANT EXECUTE ON FUNCTION exograph.fragment_content_hash(text, text, text, bytea, text, integer, integer, bytea)
    TO exograph_loader, exograph_reader;
