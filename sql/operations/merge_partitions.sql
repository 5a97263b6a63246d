SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What merge_partitions does: a row for each range of partitions, of all but the newest keep of a table, that it merges, that
-- something keeps it from merging, or that it leaves for the next call. A merged partition spans the numbers of its loads, so
-- none may be among them whose own partition is still to come. thrifty: a partition that is larger than all those after it stays
-- as it is, so that who merges after every load writes a row again as often as the table doubles, and not every time.
CREATE OR REPLACE FUNCTION exograph_private.mergeable(keep integer, thrifty boolean)
RETURNS TABLE (table_name text, first_load integer, last_load integer, partitions integer, status text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
#variable_conflict use_column
DECLARE
    v_coming integer[] := ARRAY(SELECT c.load_id FROM exograph_private.loads_to_come() c);
    v_run    record;
    v_count  integer;
    v_most   integer;
    v_from   integer;
    v_to     integer;
BEGIN
    FOR v_run IN
        SELECT o.table_name, count(*) OVER () AS runs, array_agg(o.bytes ORDER BY o.first_load) AS bytes,
               array_agg(o.first_load ORDER BY o.first_load) AS firsts, array_agg(o.last_load ORDER BY o.first_load) AS lasts,
               string_agg(o.dependents, '; ' ORDER BY o.first_load) AS dependents
        FROM (
            SELECT p.*, row_number() OVER (PARTITION BY p.table_name ORDER BY p.first_load DESC) AS age,
                   (SELECT count(*) FROM unnest(v_coming) AS c (load_id) WHERE c.load_id < p.first_load) AS gap,
                   exograph_private.dependents_of(format('exograph.%I', p.partition_name)::regclass) AS dependents
            FROM exograph.fact_partitions p
            WHERE p.first_load IS NOT NULL
        ) o
        WHERE o.age > keep
        GROUP BY o.table_name, o.gap
        HAVING count(*) > 1
        ORDER BY o.table_name, o.gap
    LOOP
        v_count := cardinality(v_run.firsts);
        IF v_run.dependents IS NOT NULL THEN
            RETURN QUERY SELECT v_run.table_name, v_run.firsts[1], v_run.lasts[v_count], v_count, 'blocked',
                v_run.dependents || ': have it use the partitioned table, or drop it';
            CONTINUE;
        END IF;
        v_most := exograph_private.partitions_in_locks(v_run.table_name, v_run.runs);
        v_from := 1;
        WHILE v_from < v_count AND (thrifty OR v_count - v_from >= v_most)
            AND v_run.bytes[v_from] > (SELECT sum(b.bytes)
                                       FROM unnest(v_run.bytes[v_from + 1 : v_from + v_most - 1]) AS b (bytes))
        LOOP
            v_from := v_from + 1;
        END LOOP;
        v_to := least(v_from + v_most - 1, v_count);
        IF v_to > v_from THEN
            RETURN QUERY SELECT v_run.table_name, v_run.firsts[v_from], v_run.lasts[v_to], v_to - v_from + 1, 'merged', NULL;
        END IF;
        IF v_to < v_count THEN
            RETURN QUERY SELECT v_run.table_name, v_run.firsts[v_to + 1], v_run.lasts[v_count], v_count - v_to, 'postponed',
                'max_locks_per_transaction has no room for the locks of more at once: call again';
        END IF;
    END LOOP;
END
$$;

-- Partitions of a fact table that half of what is free of the server's table of locks has room for, where as many runs share it:
-- dropping one locks it, its TOAST table and all their indexes. 1,000 loads have 50,000 of these, and the default is 6,400. At
-- least 2.
CREATE OR REPLACE FUNCTION exograph_private.partitions_in_locks(table_name text, runs bigint) RETURNS integer
LANGUAGE sql VOLATILE SECURITY INVOKER AS $$
    SELECT greatest(2, (current_setting('max_locks_per_transaction')::bigint
                        * (current_setting('max_connections')::bigint + current_setting('max_prepared_transactions')::bigint)
                        - (SELECT count(*) FROM pg_catalog.pg_locks l WHERE NOT l.fastpath))
                       / 2 / runs / (4 + count(*)))::integer
    FROM pg_catalog.pg_index i
    WHERE i.indrelid = format('exograph.%I', table_name)::regclass
$$;

-- What keeps a partition from being dropped: objects that users have made of it. NULL where there are none.
CREATE OR REPLACE FUNCTION exograph_private.dependents_of(partition regclass) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT string_agg(DISTINCT CASE WHEN r.oid IS NULL THEN pg_describe_object(d.classid, d.objid, 0)
                                    ELSE pg_describe_object('pg_class'::regclass, r.ev_class, 0) END, ', ')
    FROM pg_catalog.pg_depend d
    LEFT JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid -- that of a view
    LEFT JOIN pg_catalog.pg_constraint c ON d.classid = 'pg_constraint'::regclass AND c.oid = d.objid
    WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = partition AND d.deptype = 'n'
        AND c.conrelid IS DISTINCT FROM partition
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

-- Merges what mergeable finds, and returns its rows.
CREATE OR REPLACE FUNCTION exograph_private.merge_ranges(keep integer, thrifty boolean)
RETURNS TABLE (table_name text, first_load integer, last_load integer, partitions integer, status text, detail text)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
#variable_conflict use_column
DECLARE
    v_found  jsonb := (SELECT coalesce(jsonb_agg(to_jsonb(m)), '[]') FROM exograph_private.mergeable(keep, thrifty) m);
    v_ranges jsonb := jsonb_path_query_array(v_found, '$[*] ? (@.status == "merged")');
    v_range  record;
BEGIN
    FOR v_range IN
        SELECT * FROM jsonb_to_recordset(v_ranges) AS r (table_name text, first_load integer, last_load integer)
    LOOP
        RAISE NOTICE 'merging the partitions of % from load % to %', v_range.table_name, v_range.first_load, v_range.last_load;
        CALL exograph_private.build_merged(v_range.table_name, v_range.first_load, v_range.last_load);
    END LOOP;
    IF v_ranges <> '[]' THEN
        CALL exograph_private.exchange_partitions(v_ranges);
    END IF;
    RETURN QUERY
        SELECT f.* FROM jsonb_to_recordset(v_found) AS f (
            table_name text, first_load integer, last_load integer, partitions integer, status text, detail text);
END
$$;

-- Makes the table that will take the place of those partitions of a fact table that hold the loads from first_load to last_load.
-- Everything that takes time: rows and indexes. It locks out no reader.
CREATE OR REPLACE PROCEDURE exograph_private.build_merged(table_name text, first_load integer, last_load integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_merged text := exograph_private.merged_name(table_name, first_load, last_load);
    v_parent regclass := format('exograph.%I', table_name)::regclass;
    v_name   text;
    v_index  regclass;
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
    EXECUTE format('ALTER TABLE %I REPLICA IDENTITY FULL', v_merged);
    EXECUTE format('ANALYZE %I', v_merged);
END
$$;

-- Name of the partition that holds the loads from first_load to last_load.
CREATE OR REPLACE FUNCTION exograph_private.merged_name(table_name text, first_load integer, last_load integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT pg_catalog.concat(exograph_private.partition_name(table_name, first_load), '_to_', last_load)
$$;

-- Puts the merged partitions of ranges in the place of the old ones, in one moment. Errors: 2BP01, 55P03. All locks that will be
-- needed, before anything is touched: the tables as they refer to each other, then the partitions. These are dropped without
-- DETACH, all in one statement.
CREATE OR REPLACE PROCEDURE exograph_private.exchange_partitions(ranges jsonb)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_tables text[];
    v_range  record;
BEGIN
    SELECT array_agg(o.name ORDER BY o.rank, o.name) INTO v_tables
    FROM (
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
        SELECT r.*, exograph_private.merged_name(r.table_name, r.first_load, r.last_load) AS merged,
               ARRAY(SELECT p.partition_name
                     FROM exograph.fact_partitions p
                     WHERE p.table_name = r.table_name AND p.first_load >= r.first_load AND p.last_load <= r.last_load) AS old
        FROM jsonb_to_recordset(ranges) AS r (table_name text, first_load integer, last_load integer)
    LOOP
        CALL exograph_private.drop_partitions('merge_partitions', v_range.old);
        EXECUTE format('ALTER TABLE exograph.%I ATTACH PARTITION exograph.%I FOR VALUES FROM (%s) TO (%s)',
                       v_range.table_name, v_range.merged, v_range.first_load, v_range.last_load + 1);
        EXECUTE format('ALTER TABLE exograph.%I DROP CONSTRAINT load_id_in_range', v_range.merged);
    END LOOP;
END
$$;
