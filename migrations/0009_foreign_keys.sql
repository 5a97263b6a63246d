-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- A row has the package and version of its file, and a version has one package: a foreign key to what is nearest keeps the
-- others, and its ON DELETE CASCADE comes from the package all the same. Each key more cost a load 3 us a row in a populated
-- dimension or in a shared partition, 7 where there are few packages, and 0.1 us in a partition of its own. What belongs to no
-- file, as nodes and calls may, keeps the key to its version.

-- Also where another upgrader runs this, under a path and as a role of its own: what is bound here stays bound.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Loads and writers end first, and what refers to each other is locked from the top, as they do.
LOCK TABLE exograph.loads IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE exograph.gate IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE exograph.packages, exograph.package_versions IN ACCESS EXCLUSIVE MODE;

ALTER TABLE exograph.fragments DROP CONSTRAINT fragments_package_id_fkey, DROP CONSTRAINT fragments_package_version_id_fkey;
ALTER TABLE exograph.graph_nodes DROP CONSTRAINT graph_nodes_package_id_fkey;
ALTER TABLE exograph.comments DROP CONSTRAINT comments_package_id_fkey, DROP CONSTRAINT comments_package_version_id_fkey;
ALTER TABLE exograph.definitions
    DROP CONSTRAINT definitions_package_id_fkey, DROP CONSTRAINT definitions_package_version_id_fkey;
ALTER TABLE exograph.symbol_references
    DROP CONSTRAINT symbol_references_package_id_fkey, DROP CONSTRAINT symbol_references_package_version_id_fkey;
ALTER TABLE exograph.call_edges DROP CONSTRAINT call_edges_package_id_fkey;

COMMENT ON COLUMN exograph.fragments.package_id IS 'That of the file.';
COMMENT ON COLUMN exograph.fragments.package_version_id IS 'That of the file.';
COMMENT ON COLUMN exograph.graph_nodes.package_id IS 'That of the version.';
COMMENT ON COLUMN exograph.graph_nodes.package_version_id IS 'That of the file, if there is one.';
COMMENT ON COLUMN exograph.comments.package_id IS 'That of the file.';
COMMENT ON COLUMN exograph.comments.package_version_id IS 'That of the file.';
COMMENT ON COLUMN exograph.definitions.package_id IS 'That of the file.';
COMMENT ON COLUMN exograph.definitions.package_version_id IS 'That of the file.';
COMMENT ON COLUMN exograph.symbol_references.package_id IS 'That of the file.';
COMMENT ON COLUMN exograph.symbol_references.package_version_id IS 'That of the file.';
COMMENT ON COLUMN exograph.call_edges.package_id IS 'That of the version.';
COMMENT ON COLUMN exograph.call_edges.package_version_id IS 'That of the file, if there is one.';
