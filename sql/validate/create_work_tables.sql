-- keys_*: the numbers of the valid rows, each with the lowest number of equal natural key (its canonical number).
-- map_*: what finalize_load makes of them, number to id.
-- number_ranges, number_offsets: which of both need not be joined, because numbers have no gaps, or ids differ from them by
-- one constant. The tables stay in the load's schema between calls, so that
-- check_load can fill the first half without a trace in the index.
CREATE OR REPLACE PROCEDURE exograph.create_work_tables()
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
    CREATE UNLOGGED TABLE rejects (table_name text, staged_ctid tid, reason text);
    CREATE UNLOGGED TABLE staged_rows (table_name text, staged bigint, derived bigint, unfinished bigint,
                                       indexed boolean, repeats boolean, unfit boolean);
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

    CREATE UNLOGGED TABLE map_packages (number bigint, id bigint, inserted boolean);
    CREATE UNLOGGED TABLE map_package_versions (number bigint, id bigint, inserted boolean, package_id bigint);
    CREATE UNLOGGED TABLE map_files (number bigint, id bigint, inserted boolean, package_version_id bigint, package_id bigint);
    CREATE UNLOGGED TABLE map_terms (number integer, id integer, inserted boolean);
    CREATE UNLOGGED TABLE map_fragments (number bigint, id bigint, inserted boolean);
    CREATE UNLOGGED TABLE map_graph_nodes (number bigint, id bigint, inserted boolean);
END
$$;

ALTER PROCEDURE exograph.create_work_tables() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.create_work_tables() IS
    'Makes empty work tables in the schema of the load: rejects, keys and maps.';
REVOKE ALL ON PROCEDURE exograph.create_work_tables() FROM PUBLIC;
