-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- What comes by the million has no foreign keys: fragments, graph nodes and facts, as sets of terms never had. A key is looked up
-- for each row that comes, 2 to 7 us in a populated dimension or in a shared partition, and in every partition for each row that
-- goes: beside 64 partitions a package of 3,000 fragments took 5.6 s to delete. Loads and inserter views refer to rows that they
-- have found behind the gate, and what deletes rows takes the gate alone and takes along, set by set, what refers to them.
-- Packages, versions, files, their paths and declarations keep theirs.

-- Also where another upgrader runs this, under a path and as a role of its own: what is bound here stays bound.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Loads and writers end first, and what refers to each other is locked from the top, as they do.
LOCK TABLE exograph.loads IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE exograph.gate IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE exograph.packages, exograph.package_versions, exograph.files, exograph.fragments, exograph.graph_nodes
    IN ACCESS EXCLUSIVE MODE;

ALTER TABLE exograph.fragments
    DROP CONSTRAINT fragments_package_id_fkey, DROP CONSTRAINT fragments_package_version_id_fkey,
    DROP CONSTRAINT fragments_file_id_fkey;
ALTER TABLE exograph.graph_nodes
    DROP CONSTRAINT graph_nodes_package_id_fkey, DROP CONSTRAINT graph_nodes_package_version_id_fkey,
    DROP CONSTRAINT graph_nodes_file_id_fkey, DROP CONSTRAINT graph_nodes_fragment_id_fkey;
ALTER TABLE exograph.comments
    DROP CONSTRAINT comments_package_id_fkey, DROP CONSTRAINT comments_package_version_id_fkey,
    DROP CONSTRAINT comments_file_id_fkey, DROP CONSTRAINT comments_fragment_id_fkey;
ALTER TABLE exograph.definitions
    DROP CONSTRAINT definitions_package_id_fkey, DROP CONSTRAINT definitions_package_version_id_fkey,
    DROP CONSTRAINT definitions_file_id_fkey, DROP CONSTRAINT definitions_fragment_id_fkey;
ALTER TABLE exograph.symbol_references
    DROP CONSTRAINT symbol_references_package_id_fkey, DROP CONSTRAINT symbol_references_package_version_id_fkey,
    DROP CONSTRAINT symbol_references_file_id_fkey, DROP CONSTRAINT symbol_references_fragment_id_fkey;
ALTER TABLE exograph.call_edges
    DROP CONSTRAINT call_edges_package_id_fkey, DROP CONSTRAINT call_edges_package_version_id_fkey,
    DROP CONSTRAINT call_edges_file_id_fkey, DROP CONSTRAINT call_edges_caller_node_id_fkey,
    DROP CONSTRAINT call_edges_callee_node_id_fkey, DROP CONSTRAINT call_edges_call_site_fragment_id_fkey;

-- The code has one trigger in its place, on all that is referred to.
DO $$
BEGIN
    IF to_regprocedure('exograph.delete_terms_of_fragments()') IS NOT NULL THEN
        DROP TRIGGER delete_terms_of_fragments ON exograph.fragments;
        DROP FUNCTION exograph.delete_terms_of_fragments();
    END IF;
END
$$;

-- true within the transaction that takes rows out set by set, for the triggers that would do the same row by row.
ALTER TABLE exograph.gate ADD COLUMN removing boolean NOT NULL DEFAULT false;

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
