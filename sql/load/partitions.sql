SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Rows from which on the facts of a load become a partition: partition_threshold, or, while the table is empty, a tenth of it
-- that is at least 1,000. The first facts of a table would each pay for index maintenance:
-- 12,000 took 0.12 s, and 0.05 s in partitions. It happens once in a table, and so costs it one partition. Where there is a
-- partition there are facts: looking into all of them would lock them all, with their indexes, and 1,000 loads have 50,000.
CREATE OR REPLACE FUNCTION exograph_private.least_rows_of_partition(table_name text, partition_threshold bigint) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_empty boolean := (SELECT count(*) = 1 FROM pg_inherits i WHERE i.inhparent = format('exograph.%I', table_name)::regclass);
BEGIN
    IF v_empty THEN
        EXECUTE format('SELECT NOT EXISTS (SELECT FROM exograph.%I)', table_name || '_shared') INTO v_empty;
    END IF;
    RETURN CASE WHEN v_empty THEN least(partition_threshold, greatest(partition_threshold / 10, 1000))
                ELSE partition_threshold END;
END
$$;

-- least_rows_of_partition in words, for the reason in a report.
CREATE OR REPLACE FUNCTION exograph_private.bound_of_partition(least_rows bigint, partition_threshold bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT CASE WHEN least_rows = partition_threshold THEN pg_catalog.format('partition_threshold (%s)', least_rows)
                ELSE pg_catalog.format('%s, the least for the first facts of a table', least_rows) END
$$;

-- Name of the partition of a fact table that holds one load.
CREATE OR REPLACE FUNCTION exograph_private.partition_name(table_name text, load_id integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT pg_catalog.concat(table_name, '_load_', load_id)
$$;

-- The tablespace that a partitioned table or index names, NULL where it names none. Errors: 42501 where the owner of the index
-- may not use it.
CREATE OR REPLACE FUNCTION exograph_private.tablespace_of(parent regclass) RETURNS name
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_tablespace name := (SELECT t.spcname FROM pg_class c JOIN pg_tablespace t ON t.oid = c.reltablespace WHERE c.oid = parent);
BEGIN
    IF NOT has_tablespace_privilege(v_tablespace, 'CREATE') THEN
        RAISE EXCEPTION 'role % may not use tablespace % of %', quote_ident(current_user), quote_ident(v_tablespace), parent
            USING ERRCODE = 'insufficient_privilege',
                HINT = format('Have a superuser run: GRANT CREATE ON TABLESPACE %I TO %I;', v_tablespace, current_user);
    END IF;
    RETURN v_tablespace;
END
$$;

-- TABLESPACE clause for a new partition of a table. Empty where the table names none. Errors: 42501. A partition that is made by
-- hand and attached does not go where the partitioned table says, as one made by PARTITION OF does. What the caller's
-- default_tablespace says is for tables of the caller's: the public calls that make tables put it aside.
CREATE OR REPLACE FUNCTION exograph_private.tablespace_clause(parent regclass) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce('TABLESPACE ' || pg_catalog.quote_ident(exograph_private.tablespace_of(parent)), '')
$$;

-- The indexes of a table, unique ones first: of a fact table that is its identity. constraint_name: where a constraint owns it.
CREATE OR REPLACE FUNCTION exograph_private.indexes_of(table_id regclass)
RETURNS TABLE (index regclass, is_unique boolean, constraint_name name)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT i.indexrelid, i.indisunique, c.conname
    FROM pg_catalog.pg_index i
    LEFT JOIN pg_catalog.pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid
    WHERE i.indrelid = table_id
    ORDER BY i.indisunique DESC, i.indexrelid
$$;

-- Builds on a table of the load what parent_index is on the partitioned table, named after the partition to be, unless it is
-- there, in its tablespace. Errors: 23505, 42501. The definition is that of the partitioned table's own index, so ATTACH finds
-- its equal and builds nothing under lock. The SET clause ends what set_config does here with the procedure.
CREATE OR REPLACE PROCEDURE exograph_private.create_fact_index(parent_index regclass, target text, partition_name text)
LANGUAGE plpgsql SECURITY INVOKER SET default_tablespace = '' AS $$
DECLARE
    v_parent     text;
    v_index      text;
    v_name       name;
    v_tablespace name;
BEGIN
    SELECT p.relname, c.relname INTO v_parent, v_index
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_class p ON p.oid = i.indrelid
    WHERE i.indexrelid = parent_index;
    v_name := partition_name || CASE WHEN starts_with(v_index, v_parent || '_')
                                     THEN substr(v_index, length(v_parent) + 1) ELSE '_' || v_index END;
    IF NOT EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                   WHERE i.indrelid = format('%I', target)::regclass AND c.relname = v_name)
    THEN
        -- A definition does not say where.
        v_tablespace := exograph_private.tablespace_of(parent_index);
        PERFORM set_config('default_tablespace', coalesce(v_tablespace, ''), true);
        EXECUTE replace(pg_get_indexdef(parent_index),
                        format(' INDEX %I ON ONLY %I.%I ', v_index, 'exograph', v_parent), -- quoted or not, as the caller has it
                        format(' INDEX %I ON %I ', v_name, target));
    END IF;
END
$$;

-- Partitions of a fact table from which on finalize_load warns that they should be merged. Measured: 400 partitions make an
-- unpruned query take 1,600 locks and 138 ms to plan. 64 keep that near 20 ms.
CREATE OR REPLACE FUNCTION exograph_private.most_partitions() RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT 64
$$;

-- The fact tables that have more than so many partitions. Every load asks: the catalog, in 1 ms of 1,500, and not the view
-- fact_partitions, which reads the bounds of each.
CREATE OR REPLACE FUNCTION exograph_private.crowded_tables(most integer) RETURNS TABLE (table_name text, partitions bigint)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT p.table_name, p.partitions
    FROM (
        SELECT t.table_name,
               (SELECT count(*) FROM pg_catalog.pg_inherits i
                WHERE i.inhparent = pg_catalog.format('exograph.%I', t.table_name)::pg_catalog.regclass)
        FROM exograph_private.staging_tables t
        WHERE t.kind IN ('fact', 'set')
    ) AS p (table_name, partitions)
    WHERE p.partitions > most
$$;

-- Warns where a fact table has more than most_partitions().
CREATE OR REPLACE PROCEDURE exograph_private.warn_of_partitions()
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_crowded text := (SELECT string_agg(format('%s has %s', c.table_name, c.partitions), ', ')
                       FROM exograph_private.crowded_tables(exograph_private.most_partitions()) c);
BEGIN
    IF v_crowded IS NOT NULL THEN
        RAISE WARNING 'more than % partitions slow every query down: %', exograph_private.most_partitions(), v_crowded
            USING HINT = 'SELECT * FROM exograph.merge_partitions() merges those of old loads; most_partitions => 64 has '
                         'finalize_load do it.';
    END IF;
END
$$;

-- Drops partitions of fact tables, which the caller has locked; what names the caller in the error. Errors: 2BP01.
CREATE OR REPLACE PROCEDURE exograph_private.drop_partitions(what text, partitions text[])
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_detail text;
BEGIN
    EXECUTE format('DROP TABLE %s', (SELECT string_agg(format('exograph.%I', p.name), ', ') FROM unnest(partitions) AS p (name)));
EXCEPTION WHEN dependent_objects_still_exist THEN
    GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
    RAISE EXCEPTION '%: other objects depend on a partition', what USING ERRCODE = 'dependent_objects_still_exist',
        DETAIL = v_detail, HINT = 'Have them use the partitioned table, or drop them. Nothing was changed: call again then.';
END
$$;
