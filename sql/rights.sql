SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Who may do what, in one list, after everything is made: a restore that brought no rights is mended by running the code again.
-- What a DBA has given others is left alone.

REVOKE ALL ON ALL ROUTINES IN SCHEMA exograph, exograph_find, exograph_private FROM PUBLIC;

REVOKE ALL ON ALL ROUTINES IN SCHEMA exograph_shard, exograph_cluster, exograph_all FROM PUBLIC;

-- For the owner alone; what constraints and triggers of the tables call.
REVOKE ALL ON ROUTINE
    exograph.merge_partitions, exograph.add_text_indexes, exograph.drop_text_indexes, exograph.add_similarity_index,
    exograph.drop_similarity_index, exograph.wait_at_gate,
    exograph.delete_package, exograph.delete_package_version, exograph.sweep_terms, exograph.undo_load,
    exograph.json_is_printable, exograph.large_json_is_printable,
    exograph.enter_deletion, exograph.remove_dependents, exograph.refuse_other_id, exograph.refuse_truncate,
    exograph.delete_facts_of_terms, exograph.void_declarations, exograph.void_declarations_of_terms,
    exograph.delete_fragment_term
    FROM PUBLIC;

GRANT SELECT ON
    exograph.packages, exograph.package_versions, exograph.files, exograph.file_paths, exograph.terms, exograph.fragments,
    exograph.graph_nodes,
    exograph.comments, exograph.definitions, exograph.symbol_references, exograph.call_edges,
    exograph.fragment_term_sets, exograph.fragment_terms, exograph.fragment_term_pairs,
    exograph.complete_facts,
    exograph.loads, exograph.load_tables, exograph.load_phases, exograph.load_rejects, exograph.load_attempts,
    exograph.reserved_ids, exograph.deferred_indexes, exograph.load_dependencies,
    exograph.schemaversions, exograph.code_versions, -- so that a driver can tell that it is not of the same version
    exograph.load_report, exograph.open_loads, exograph.lock_waits, exograph.fact_partitions, exograph.staging_columns,
    exograph.file_keys
    TO exograph_loader, exograph_reader;

-- UPDATE and DELETE, so that the trigger can say why not.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA exograph_in TO exograph_loader;

GRANT EXECUTE ON ROUTINE
    exograph.text_digest, exograph.graph_node_digest, exograph.fragment_content_hash, exograph.complete_tables,
    exograph.staging_schema, exograph.load_progress,
    exograph.check_index, exograph.doctor, exograph.index_sizes, exograph.help
    TO exograph_loader, exograph_reader;

GRANT EXECUTE ON ROUTINE
    exograph.begin_load, exograph.reserve_ids, exograph.resolve_terms, exograph.files_lacking, exograph.prepare_facts,
    exograph.seal_load, exograph.check_load, exograph.index_staged_sets, exograph.finalize_load, exograph.abandon_load,
    exograph.abandon_loads, exograph.note_attempt,
    exograph.drop_maps, exograph.rebuild_indexes
    TO exograph_loader;

-- Questions read with the rights of who asks.
GRANT USAGE ON SCHEMA exograph_find TO exograph_loader, exograph_reader;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA exograph_find TO exograph_loader, exograph_reader;
GRANT SELECT ON exograph_find.placed_files TO exograph_loader, exograph_reader;

-- What a coordinator reads on its shards, and anybody on a coordinator: views, not the tables under them, which are foreign.
GRANT USAGE ON SCHEMA exograph_shard, exograph_cluster, exograph_all TO exograph_loader, exograph_reader;
GRANT SELECT ON
    exograph_shard.number, exograph_cluster.cluster, exograph_cluster.shards, exograph_cluster.users, exograph_cluster.packages,
    exograph_cluster.loads, exograph_cluster.load_shards
    TO exograph_loader, exograph_reader;
GRANT SELECT ON
    exograph_shard.packages, exograph_shard.package_versions, exograph_shard.files, exograph_shard.file_paths,
    exograph_shard.fragments, exograph_shard.graph_nodes, exograph_shard.comments, exograph_shard.definitions,
    exograph_shard.symbol_references, exograph_shard.call_edges, exograph_shard.fragment_terms,
    exograph_all.packages, exograph_all.package_versions, exograph_all.files, exograph_all.file_paths,
    exograph_all.fragments, exograph_all.graph_nodes, exograph_all.comments, exograph_all.definitions,
    exograph_all.symbol_references, exograph_all.call_edges, exograph_all.fragment_terms
    TO exograph_loader, exograph_reader;
GRANT SELECT ON exograph_cluster.cluster_status TO exograph_loader, exograph_reader;
GRANT EXECUTE ON FUNCTION exograph_cluster.ask_shards TO exograph_loader, exograph_reader;
GRANT EXECUTE ON ROUTINE
    exograph_cluster.begin_load, exograph_cluster.place, exograph_cluster.join_load, exograph_cluster.is_staged,
    exograph_cluster.finalize_load, exograph_cluster.prepare_load, exograph_cluster.commit_load, exograph_cluster.resolve_loads,
    exograph_cluster.abandon_load
    TO exograph_loader;
-- For the owner alone.
REVOKE ALL ON ROUTINE
    exograph_cluster.add_shard, exograph_cluster.attach_shard, exograph_cluster.detach_shard, exograph_cluster.attach_tables,
    exograph_cluster.detach_tables, exograph_cluster.map_user, exograph_cluster.begin_move, exograph_cluster.move_package
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION exograph_shard.this_shard TO exograph_loader, exograph_reader;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA exograph_all TO exograph_loader, exograph_reader;

-- The toolkit works with the rights of whoever calls, in its private schema too: calling it gives nobody anything.
GRANT USAGE ON SCHEMA dup_select, dup_select_private TO PUBLIC;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA dup_select, dup_select_private TO PUBLIC;

-- exograph.doctor compares.
INSERT INTO exograph_private.granted SELECT * FROM exograph_private.rights;
