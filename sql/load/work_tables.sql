SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Makes the work tables of a load empty, in its schema, which is on the search path. Who writes and who reads them:
--
-- staged_rows      written by 2_validate (counts), 3_index (what it has built), 3_index and 6_resolve (facts that conflict); read
--                  by 2_validate, report, 3_index, 5_merge_indexes, 6_resolve and 7_attach
-- rejects          2_validate: the rows that break a rule, of a staged set those of its terms that do (terms), which count as
--                  pairs (row_count); 2_validate (keys_*), 2_validate_rejects, report, check_load
-- reserved_ranges  2_validate: the ids that the load has reserved, for the rules
-- number_ranges    2_validate: dimensions whose valid numbers have no gaps, so that BETWEEN tells what a join would
-- keys_*           2_validate: the valid numbers, each with the lowest number of equal natural key (its canonical number);
--                  5_merge
-- map_*            5_merge: number to id, and of a row that existed the load that brought it; 5_merge, 6_resolve, complete,
--                  8_dependencies. keep_maps keeps them
-- number_offsets   5_merge: dimensions whose ids differ from the numbers by one constant, so that they need not be joined;
--                  6_resolve
--
-- A call of check_load fills those of 2_validate and leaves them; the next call drops them and makes them anew. Made where they
-- are needed: answered_files (files_lacking, complete), dropped_indexes (5_merge_indexes), changes, compared, existing_facts,
-- losing and new_* (6_resolve, 3_index). Made by begin_load: staged_*, resolved_terms (resolve_terms), the sequences taken_*
-- (ids), verified_manifest (2_validate) and those of attempts, and staging_token.
CREATE OR REPLACE PROCEDURE exograph_private.create_work_tables()
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_table text;
BEGIN
    FOR v_table IN
        SELECT c.relname
        FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
            AND (c.relname IN ('rejects', 'staged_rows', 'reserved_ranges', 'number_ranges', 'number_offsets')
                 OR starts_with(c.relname, 'keys_') OR starts_with(c.relname, 'map_'))
    LOOP
        EXECUTE format('DROP TABLE %I', v_table);
    END LOOP;
    CREATE UNLOGGED TABLE rejects (table_name text, staged_ctid tid, reason text, is_dangling boolean, terms integer[],
                                   row_count bigint GENERATED ALWAYS AS (coalesce(cardinality(terms), 1)) STORED);
    CREATE UNLOGGED TABLE staged_rows (table_name text, staged bigint, derived bigint, unfinished bigint,
                                       indexed boolean, repeats boolean, unindexable boolean, conflicting bigint DEFAULT 0);
    CREATE UNLOGGED TABLE reserved_ranges (table_name text, first bigint, last bigint, PRIMARY KEY (table_name, first));
    CREATE UNLOGGED TABLE number_ranges (table_name text, first bigint, last bigint);
    CREATE UNLOGGED TABLE number_offsets (table_name text, id_offset bigint, inserted boolean);

    CREATE UNLOGGED TABLE keys_packages (number bigint, canonical bigint);
    CREATE UNLOGGED TABLE keys_package_versions (number bigint, canonical bigint, package bigint);
    CREATE UNLOGGED TABLE keys_files (number bigint, canonical bigint, package_version bigint, package bigint);
    CREATE UNLOGGED TABLE keys_terms (number integer, canonical integer, digest bytea);
    CREATE UNLOGGED TABLE keys_fragments (number bigint, canonical bigint, file bigint, content_hash bytea, line integer,
                                           end_line integer);
    CREATE UNLOGGED TABLE keys_graph_nodes (number bigint, canonical bigint);

    CREATE UNLOGGED TABLE map_packages (number bigint, id bigint, inserted boolean, load_id integer);
    CREATE UNLOGGED TABLE map_package_versions (number bigint, id bigint, inserted boolean, load_id integer, package_id bigint);
    CREATE UNLOGGED TABLE map_files (number bigint, id bigint, inserted boolean, load_id integer, package_version_id bigint,
                                     package_id bigint);
    CREATE UNLOGGED TABLE map_terms (number integer, id integer, inserted boolean);
    CREATE UNLOGGED TABLE map_fragments (number bigint, id bigint, inserted boolean, load_id integer);
    CREATE UNLOGGED TABLE map_graph_nodes (number bigint, id bigint, inserted boolean, load_id integer);
END
$$;
