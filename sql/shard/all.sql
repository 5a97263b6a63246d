SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- With the rights of their owner, not of who asks: postgres_fdw connects as the owner is mapped, and nobody else reads the
-- foreign tables.

CREATE OR REPLACE VIEW exograph_all.packages AS
SELECT * FROM exograph_all.packages_of_shards;

COMMENT ON VIEW exograph_all.packages IS 'The packages of all attached shards, each on one.';

CREATE OR REPLACE VIEW exograph_all.package_versions AS
SELECT * FROM exograph_all.package_versions_of_shards;

COMMENT ON VIEW exograph_all.package_versions IS 'The versions of packages on all attached shards.';

CREATE OR REPLACE VIEW exograph_all.files AS
SELECT * FROM exograph_all.files_of_shards;

COMMENT ON VIEW exograph_all.files IS 'The files on all attached shards, by the first of their paths.';

CREATE OR REPLACE VIEW exograph_all.file_paths AS
SELECT * FROM exograph_all.file_paths_of_shards;

COMMENT ON VIEW exograph_all.file_paths IS 'Every path of the files on all attached shards.';

CREATE OR REPLACE VIEW exograph_all.fragments AS
SELECT * FROM exograph_all.fragments_of_shards;

COMMENT ON VIEW exograph_all.fragments IS 'The fragments on all attached shards.';

CREATE OR REPLACE VIEW exograph_all.graph_nodes AS
SELECT * FROM exograph_all.graph_nodes_of_shards;

COMMENT ON VIEW exograph_all.graph_nodes IS 'The nodes of the call graphs on all attached shards.';

CREATE OR REPLACE VIEW exograph_all.comments AS
SELECT * FROM exograph_all.comments_of_shards;

COMMENT ON VIEW exograph_all.comments IS 'The comments on all attached shards.';

CREATE OR REPLACE VIEW exograph_all.definitions AS
SELECT * FROM exograph_all.definitions_of_shards;

COMMENT ON VIEW exograph_all.definitions IS 'The definitions on all attached shards.';

CREATE OR REPLACE VIEW exograph_all.symbol_references AS
SELECT * FROM exograph_all.symbol_references_of_shards;

COMMENT ON VIEW exograph_all.symbol_references IS 'The references on all attached shards.';

CREATE OR REPLACE VIEW exograph_all.call_edges AS
SELECT * FROM exograph_all.call_edges_of_shards;

COMMENT ON VIEW exograph_all.call_edges IS 'The calls on all attached shards.';

CREATE OR REPLACE VIEW exograph_all.fragment_terms AS
SELECT * FROM exograph_all.fragment_terms_of_shards;

COMMENT ON VIEW exograph_all.fragment_terms IS 'Which fragment on which attached shard holds which term, a row per pair.';
