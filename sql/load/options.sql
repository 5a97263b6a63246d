SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- The options that were given, as jsonb; those that are NULL were not. Errors: XG008.
CREATE OR REPLACE FUNCTION exograph_private.check_options(
    on_reject text, reject_limit bigint, keep_maps boolean, partition_threshold bigint, ids text DEFAULT NULL,
    defer_indexes boolean DEFAULT NULL, complete text[] DEFAULT NULL, mode text DEFAULT NULL,
    most_partitions integer DEFAULT NULL
) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
    v_complete text[] := CASE WHEN complete IS NOT NULL THEN
        ARRAY(SELECT t.name FROM unnest(exograph.complete_tables()) AS t (name) WHERE t.name = ANY (complete)) END;
BEGIN
    IF on_reject NOT IN ('fail', 'skip') THEN
        RAISE EXCEPTION 'on_reject must be ''fail'' or ''skip'', not %', quote_literal(on_reject) USING ERRCODE = 'XG008',
            HINT = 'A load with rows that break a rule fails, or goes on without them.';
    END IF;
    IF reject_limit < 0 THEN
        RAISE EXCEPTION 'reject_limit must be 0 or more, not %', reject_limit USING ERRCODE = 'XG008',
            HINT = 'It is the number of rows that may be left out under on_reject => ''skip''. NULL means any number.';
    END IF;
    IF partition_threshold < 0 THEN
        RAISE EXCEPTION 'partition_threshold must be 0 or more, not %', partition_threshold USING ERRCODE = 'XG008',
            HINT = 'It is the number of rows from which a fact table gets a partition of its own. 0 means always.';
    END IF;
    IF ids NOT IN ('numbered', 'reserved') THEN
        RAISE EXCEPTION 'ids must be ''numbered'' or ''reserved'', not %', quote_literal(ids) USING ERRCODE = 'XG008',
            HINT = 'The producer numbers its rows itself, or with ids from exograph.reserve_ids.';
    END IF;
    IF mode NOT IN ('union', 'replace') THEN
        RAISE EXCEPTION 'mode must be ''union'' or ''replace'', not %', quote_literal(mode) USING ERRCODE = 'XG008',
            HINT = 'What the index holds of the staged files stays, or gives way to what the load brings.';
    END IF;
    IF most_partitions < 2 THEN
        RAISE EXCEPTION 'most_partitions must be 2 or more, not %', most_partitions USING ERRCODE = 'XG008',
            HINT = 'It is the number of partitions of a fact table beyond which those of old loads are merged. NULL merges none.';
    END IF;
    IF NOT complete <@ exograph.complete_tables() THEN
        RAISE EXCEPTION 'complete must hold any of %, not %',
                (SELECT string_agg(quote_literal(t.name), ', ') FROM unnest(exograph.complete_tables()) AS t (name)),
                (SELECT string_agg(quote_nullable(t.name), ', ') FROM unnest(complete) AS t (name)
                 WHERE t.name = ANY (exograph.complete_tables()) IS NOT TRUE)
            USING ERRCODE = 'XG008', HINT = 'They are the tables of which the load brings all rows of each of its files.';
    END IF;
    RETURN jsonb_strip_nulls(jsonb_build_object(
        'on_reject', on_reject, 'reject_limit', reject_limit, 'keep_maps', keep_maps,
        'partition_threshold', partition_threshold, 'ids', ids, 'defer_indexes', defer_indexes,
        'complete', v_complete, 'mode', mode, 'most_partitions', most_partitions));
END
$$;

-- Options of a load where neither begin_load nor finalize_load gives them. partition_threshold: a fact costs 24 us in the shared
-- partition and 4 us in its own, which costs 10 ms to make (measured on symbol_references); but each partition stays in the way
-- of every later query that cannot be pruned.
CREATE OR REPLACE FUNCTION exograph_private.default_options() RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT '{
        "on_reject": "fail",
        "reject_limit": null,
        "keep_maps": false,
        "partition_threshold": 10000,
        "ids": "numbered",
        "defer_indexes": false,
        "complete": [],
        "mode": "union",
        "most_partitions": null
    }'::pg_catalog.jsonb
$$;

-- What the steps of a load need to know of it, read once.
CREATE TYPE exograph_private.load AS (
    load_id             integer,
    is_reserved         boolean, -- its numbers are ids that it has reserved
    on_reject           text,
    reject_limit        bigint,  -- NULL: no limit
    keep_maps           boolean,
    partition_threshold bigint,
    defer_indexes       boolean,
    complete            text[],
    mode                text,    -- union or replace
    most_partitions     integer, -- NULL: only warned of
    options             jsonb    -- all of these, for the ledger
);

-- A load with its options: those given now go before those of begin_load, and these before the defaults.
CREATE OR REPLACE FUNCTION exograph_private.read_load(load exograph.loads, given jsonb DEFAULT '{}')
RETURNS exograph_private.load
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT load.load_id, o.ids = 'reserved', o.on_reject, o.reject_limit, o.keep_maps, o.partition_threshold, o.defer_indexes,
           o.complete, o.mode, o.most_partitions, m.options
    FROM (SELECT exograph_private.default_options() || load.options || read_load.given AS options) m
    CROSS JOIN pg_catalog.jsonb_to_record(m.options) AS o (
        ids text, on_reject text, reject_limit bigint, keep_maps boolean, partition_threshold bigint, defer_indexes boolean,
        complete text[], mode text, most_partitions integer)
$$;

-- Refuses to finalize a load that PREPARE TRANSACTION is to end where the server prepares none, and where the load would keep
-- readers out until COMMIT PREPARED. Errors: XG008, 55000.
CREATE OR REPLACE PROCEDURE exograph_private.require_preparable(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF current_setting('max_prepared_transactions') = '0' THEN
        RAISE EXCEPTION 'load %: this server prepares no transactions', load.load_id
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'ALTER SYSTEM SET max_prepared_transactions = 10, and restart it.';
    END IF;
    IF load.defer_indexes OR load.most_partitions IS NOT NULL THEN
        RAISE EXCEPTION 'load %: a load that will be prepared can have no %', load.load_id,
                CASE WHEN load.defer_indexes THEN 'defer_indexes' ELSE 'most_partitions' END
            USING ERRCODE = 'XG008',
                DETAIL = 'Its locks stay until COMMIT PREPARED, and these keep readers out of the index.',
                HINT = 'Finalize without it; CALL exograph.finalize_load(.., defer_indexes => false) goes before begin_load.';
    END IF;
END
$$;
