SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Ranges of partitions that can be merged, all but the newest keep of each table: an array of {table_name, first_load,
-- last_load}. A NOTICE for each load that keeps partitions apart. A merged partition spans the numbers of its loads, so none may
-- be among them whose own partition is still to come.
CREATE OR REPLACE PROCEDURE exograph_private.find_mergeable(keep integer, INOUT ranges jsonb DEFAULT NULL)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_coming jsonb := (SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.load_id), '[]') FROM exograph_private.loads_to_come() c);
    v_what   text;
BEGIN
    WITH old AS (
        SELECT p.table_name, p.first_load, p.last_load,
               (SELECT count(*) FROM jsonb_to_recordset(v_coming) AS c (load_id integer) WHERE c.load_id < p.first_load) AS gap
        FROM (
            SELECT *, row_number() OVER (PARTITION BY table_name ORDER BY first_load DESC) AS age
            FROM exograph.fact_partitions
            WHERE first_load IS NOT NULL
        ) p
        WHERE p.age > keep
    ), ranges AS (
        SELECT o.table_name, min(o.first_load) AS first_load, max(o.last_load) AS last_load
        FROM old o
        GROUP BY o.table_name, o.gap
        HAVING count(*) > 1
    )
    SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.table_name, r.first_load), '[]') INTO ranges FROM ranges r;

    FOR v_what IN
        SELECT c.what
        FROM jsonb_to_recordset(v_coming) AS c (load_id integer, what text)
        WHERE EXISTS (SELECT FROM exograph.fact_partitions p
                      JOIN exograph.fact_partitions q USING (table_name)
                      WHERE p.last_load < c.load_id AND q.first_load > c.load_id)
        ORDER BY c.load_id
    LOOP
        RAISE NOTICE '% has its partitions still to come: those before and those after it are not merged with each other', v_what
            USING HINT = 'Once it is finalized or abandoned, merge_partitions takes them together. TABLE exograph.open_loads.';
    END LOOP;
END
$$;

-- Loads whose partitions may still come: open ones, and those whose begin may be not committed yet. Where a transaction has
-- begun a load and not ended, its number is missing in the ledger; so is that of one that was rolled back. Numbers that nobody
-- holds any more are told apart by the lock that a begin keeps on the ledger: looked for first, so that what is committed
-- meanwhile is found in the ledger. A begin after that takes a number beyond all partitions.
CREATE OR REPLACE FUNCTION exograph_private.loads_to_come() RETURNS TABLE (load_id integer, what text)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_beginning boolean := EXISTS (
        SELECT FROM pg_locks l
        WHERE l.locktype = 'relation' AND l.relation = 'exograph.loads'::regclass AND l.mode = 'RowExclusiveLock'
            AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
            AND l.pid IS DISTINCT FROM pg_backend_pid());
BEGIN
    RETURN QUERY
        SELECT l.load_id, format('load %s (%L of role %s, open since %s)', l.load_id, l.label,
                                 coalesce(exograph_private.owner_of_load(l)::regrole::text, l.started_by || ', which is gone'),
                                 date_trunc('second', l.started_at))
        FROM exograph.loads l
        WHERE l.state = 'open';
    IF v_beginning THEN
        RETURN QUERY
            SELECT n.number, format('load %s, whose begin may be not committed yet,', n.number)
            FROM generate_series(1, (SELECT max(p.last_load) FROM exograph.fact_partitions p)) AS n (number)
            WHERE NOT EXISTS (SELECT FROM exograph.loads l WHERE l.load_id = n.number)
                AND NOT EXISTS (SELECT FROM exograph.fact_partitions p WHERE n.number BETWEEN p.first_load AND p.last_load);
    END IF;
END
$$;

-- Makes the table that will take the place of those partitions of a fact table that hold the loads from first_load to last_load.
-- Everything that takes time: rows, indexes, foreign keys with their checks. It locks out no reader: adding a foreign key takes
-- SHARE ROW EXCLUSIVE on the table it refers to.
CREATE OR REPLACE PROCEDURE exograph_private.build_merged(table_name text, first_load integer, last_load integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_merged text := exograph_private.merged_name(table_name, first_load, last_load);
    v_parent regclass := format('exograph.%I', table_name)::regclass;
    v_name   text;
    v_index  regclass;
    v_keys   text;
BEGIN
    PERFORM set_config('search_path', 'exograph, pg_temp', true);
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING INDEXES,
                                     CONSTRAINT load_id_in_range CHECK (load_id BETWEEN %s AND %s)) %s',
                   v_merged, table_name, first_load, last_load, exograph_private.tablespace_clause(v_parent));
    FOR v_name IN
        SELECT p.partition_name FROM exograph.fact_partitions p
        WHERE p.table_name = build_merged.table_name AND p.first_load >= build_merged.first_load
            AND p.last_load <= build_merged.last_load
        ORDER BY p.first_load
    LOOP
        EXECUTE format('INSERT INTO %I SELECT * FROM %I', v_merged, v_name);
    END LOOP;
    FOR v_index IN SELECT i.index FROM exograph_private.indexes_of(v_parent) i LOOP
        CALL exograph_private.create_fact_index(v_index, v_merged, v_merged);
    END LOOP;
    SELECT string_agg(format(', ADD CONSTRAINT %I %s', c.conname, pg_get_constraintdef(c.oid)), '') INTO v_keys
    FROM pg_constraint c
    WHERE c.conrelid = v_parent AND c.contype = 'f' AND c.conparentid = 0;
    EXECUTE format('ALTER TABLE %I REPLICA IDENTITY FULL %s', v_merged, v_keys);
    EXECUTE format('ANALYZE %I', v_merged);
END
$$;

-- Name of the partition that holds the loads from first_load to last_load.
CREATE OR REPLACE FUNCTION exograph_private.merged_name(table_name text, first_load integer, last_load integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT pg_catalog.concat(exograph_private.partition_name(table_name, first_load), '_to_', last_load)
$$;

-- Puts the merged partitions of ranges in the place of the old ones, in one moment. Errors: 2BP01, 55P03. All locks that will be
-- needed, before anything is touched: what refers to each other from the top, then the partitions. ATTACH drops triggers on the
-- tables that the foreign keys refer to, for the partitioned table has its own. A partition that is dropped as it is, without
-- DETACH, needs no look at them.
CREATE OR REPLACE PROCEDURE exograph_private.exchange_partitions(ranges jsonb)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_tables text[];
    v_range  record;
    v_detail text;
BEGIN
    SELECT array_agg(o.name ORDER BY o.rank, o.name) INTO v_tables
    FROM (
        SELECT c.relname::text AS name, t.table_position
        FROM pg_class c
        LEFT JOIN exograph_private.staging_tables t ON t.table_name = c.relname AND c.relnamespace = 'exograph'::regnamespace
        WHERE c.oid IN (SELECT k.confrelid FROM pg_constraint k
                        JOIN jsonb_to_recordset(ranges) AS r (table_name text)
                            ON k.conrelid = format('exograph.%I', r.table_name)::regclass
                        WHERE k.contype = 'f')
        UNION
        SELECT t.table_name, t.table_position
        FROM jsonb_to_recordset(ranges) AS r (table_name text)
        JOIN exograph_private.staging_tables t USING (table_name)
        UNION
        SELECT p.partition_name, 100
        FROM jsonb_to_recordset(ranges) AS r (table_name text, first_load integer, last_load integer)
        JOIN exograph.fact_partitions p
            ON p.table_name = r.table_name AND p.first_load >= r.first_load AND p.last_load <= r.last_load
    ) AS o (name, rank);
    CALL exograph_private.lock_readers_out('merge_partitions', v_tables, '.');

    FOR v_range IN
        SELECT r.*, exograph_private.merged_name(r.table_name, r.first_load, r.last_load) AS merged
        FROM jsonb_to_recordset(ranges) AS r (table_name text, first_load integer, last_load integer)
    LOOP
        EXECUTE format('DROP TABLE %s', (
            SELECT string_agg(format('exograph.%I', p.partition_name), ', ')
            FROM exograph.fact_partitions p
            WHERE p.table_name = v_range.table_name AND p.first_load >= v_range.first_load AND p.last_load <= v_range.last_load));
        EXECUTE format('ALTER TABLE exograph.%I ATTACH PARTITION exograph.%I FOR VALUES FROM (%s) TO (%s)',
                       v_range.table_name, v_range.merged, v_range.first_load, v_range.last_load + 1);
        EXECUTE format('ALTER TABLE exograph.%I DROP CONSTRAINT load_id_in_range', v_range.merged);
    END LOOP;
EXCEPTION WHEN dependent_objects_still_exist THEN
    GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
    RAISE EXCEPTION 'merge_partitions: other objects depend on a partition' USING ERRCODE = 'dependent_objects_still_exist',
        DETAIL = v_detail, HINT = 'Have them use the partitioned table, or drop them. Nothing was changed: call again then.';
END
$$;
