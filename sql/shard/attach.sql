SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- The tables of exograph_all, and how many rows are fetched at a time where that is not left to the server: a batch of each
-- shard lies in memory, and rows with a text or a tree are large.
CREATE OR REPLACE VIEW exograph_private.shard_tables AS
SELECT t.name, CASE WHEN t.name IN ('files', 'fragments', 'comments') THEN 1000 END AS fetch_size
FROM unnest('{packages,package_versions,files,file_paths,fragments,graph_nodes,comments,definitions,symbol_references,call_edges,
              fragment_terms}'::text[]) AS t (name);

CREATE OR REPLACE FUNCTION exograph_cluster.attach_tables(shard integer) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '10s' AS $$
DECLARE
    v_server text := (SELECT s.server FROM exograph_cluster.shards s WHERE s.number = shard);
    v_table  exograph_private.shard_tables;
BEGIN
    FOR v_table IN SELECT * FROM exograph_private.shard_tables t ORDER BY t.name LOOP
        IF to_regclass(format('exograph_all.%I', v_table.name || '_' || shard)) IS NULL THEN
            EXECUTE format('CREATE FOREIGN TABLE exograph_all.%I PARTITION OF exograph_all.%I FOR VALUES IN (%s) SERVER %I
                            OPTIONS (schema_name ''exograph_shard'', table_name %L%s)',
                           v_table.name || '_' || shard, v_table.name || '_of_shards', shard, v_server, v_table.name,
                           ', fetch_size ' || quote_literal(v_table.fetch_size));
        END IF;
    END LOOP;
END
$$;

COMMENT ON FUNCTION exograph_cluster.attach_tables(integer) IS
'For attach_shard: has exograph_all read a shard. Its foreign server is there, and exograph_owner may use it. Who reads
exograph_all at the moment is waited for, and others wait behind. Errors: 55P03, it was read for longer than 10 s.';

CREATE OR REPLACE FUNCTION exograph_cluster.detach_tables(shard integer) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '10s' AS $$
DECLARE
    v_table text;
BEGIN
    FOR v_table IN SELECT t.name || '_' || shard FROM exograph_private.shard_tables t ORDER BY t.name LOOP
        IF to_regclass(format('exograph_all.%I', v_table)) IS NOT NULL THEN
            EXECUTE format('DROP FOREIGN TABLE exograph_all.%I', v_table);
        END IF;
    END LOOP;
END
$$;

COMMENT ON FUNCTION exograph_cluster.detach_tables(integer) IS
'For detach_shard: takes a shard out of what exograph_all reads. Waits, and has errors, as attach_tables.';
