SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph.begin_load(
    label               text,
    on_reject           text    DEFAULT NULL,
    reject_limit        bigint  DEFAULT NULL,
    keep_maps           boolean DEFAULT NULL,
    partition_threshold bigint  DEFAULT NULL,
    ids                 text    DEFAULT NULL,
    defer_indexes       boolean DEFAULT NULL,
    complete            text[]  DEFAULT NULL,
    mode                text    DEFAULT NULL,
    most_partitions     integer DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' AS $$
DECLARE
    v_load_id integer;
BEGIN
    CALL exograph_private.require_writable('begin_load');
    IF label IS NULL THEN
        RAISE EXCEPTION 'a load needs a label' USING ERRCODE = 'XG008',
            HINT = 'Say what is loaded: SELECT exograph.begin_load(''hex top 500'').';
    ELSIF octet_length(label) > 2000 THEN
        RAISE EXCEPTION 'the label of a load has at most 2,000 bytes, not %', octet_length(label) USING ERRCODE = 'XG008',
            HINT = 'It is a line for people who look at exograph.loads.';
    END IF;
    IF defer_indexes THEN
        CALL exograph_private.require_owner('defer_indexes', 'Readers of the index wait while it is done.');
    END IF;
    IF most_partitions IS NOT NULL THEN
        CALL exograph_private.require_owner('most_partitions', 'Readers of the index wait while partitions are exchanged.');
    END IF;
    IF mode = 'replace' THEN
        CALL exograph_private.require_replacing_any(complete);
    END IF;
    INSERT INTO exograph.loads (label, started_by, role_oid, cluster, options)
    SELECT begin_load.label, r.rolname, r.oid, exograph_private.cluster(),
           exograph_private.check_options(on_reject, reject_limit, keep_maps, partition_threshold, ids, defer_indexes, complete,
                                          mode, most_partitions)
    FROM pg_roles r
    WHERE r.rolname = exograph_private.caller()
    RETURNING load_id INTO v_load_id;
    CALL exograph_private.create_staging(v_load_id, logged_facts => ids = 'reserved');
    IF cardinality(complete) > 0 THEN -- files_lacking will be asked about the files of one bundle after the other
        EXECUTE format('CREATE INDEX ON %I.staged_files (id)', exograph.staging_schema(v_load_id));
    END IF;
    RETURN v_load_id;
END
$$;

COMMENT ON FUNCTION exograph.begin_load(text, text, bigint, boolean, bigint, text, boolean, text[], text, integer) IS
'Begins a load: makes schema exograph_load_<n> with a staging table for each index table, and returns n.
on_reject: ''fail'' (default) or ''skip'' rows that break a rule. reject_limit: most rows to skip; NULL is no limit.
keep_maps: keep the number-to-id maps until drop_maps(n). partition_threshold: rows from which a fact table gets a
partition of its own (default 10,000; while the table is empty a tenth, but at least 1,000, suffices). NULL leaves an
option to finalize_load. ids: ''numbered'' (default) by the producer as it likes, or ''reserved'' by exograph.reserve_ids,
which spares large fact tables being written twice. defer_indexes: whether to drop the dimensions'' query indexes before
merging, until rebuild_indexes() (default false); who reads those tables waits until finalize_load ends, so it is for members of
exograph_owner. complete: the tables of which the load brings all rows of each of its files, so that later loads need not
(exograph.files_lacking): any of exograph.complete_tables(), none by default. mode: ''union'' (default) adds to what the index
holds; with ''replace'' it gives way, for the staged files that exist: rows of the tables of which the load brings any, or which
complete names; nodes and fragments that it brings again keep their ids. That takes DELETE on these tables.
most_partitions: where a fact table has more partitions, finalize_load merges those of old loads, down to about half as many; at
least 2, NULL (default) merges none; for members of exograph_owner, since readers wait for a moment.
Errors: XG008, 25006, 42501, 42P06 (a schema of that name exists).';
