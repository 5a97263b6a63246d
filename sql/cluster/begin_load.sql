SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_cluster.begin_load(
    label               text,
    on_reject           text    DEFAULT NULL,
    reject_limit        bigint  DEFAULT NULL,
    keep_maps           boolean DEFAULT NULL,
    partition_threshold bigint  DEFAULT NULL,
    ids                 text    DEFAULT NULL,
    complete            text[]  DEFAULT NULL,
    mode                text    DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_load_id integer;
BEGIN
    CALL exograph_private.require_writable('begin_load');
    CALL exograph_private.require_coordinator();
    PERFORM exograph_private.find_user(exograph_private.caller());
    IF label IS NULL OR octet_length(label) > 1900 THEN
        RAISE EXCEPTION 'a load needs a label of at most 1,900 bytes' USING ERRCODE = 'XG008',
            HINT = 'Say what is loaded: SELECT exograph_cluster.begin_load(''hex top 500'').';
    END IF;
    CALL exograph_private.check_shards();
    INSERT INTO exograph_cluster.loads (label, who, options)
    VALUES (begin_load.label, exograph_private.caller(),
            exograph_private.check_options(on_reject, reject_limit, keep_maps, partition_threshold, ids, complete => complete,
                                           mode => mode))
    RETURNING id INTO v_load_id;
    RETURN v_load_id;
END
$$;

COMMENT ON FUNCTION exograph_cluster.begin_load(text, text, bigint, boolean, bigint, text, text[], text) IS
'Begins a load of the cluster, and returns its number: place says where its packages go, join_load begins it on a shard,
finalize_load has it on all of these or on none. The options are those of exograph.begin_load, and its loads on the shards begin
with them; there is none that keeps readers out. Attached shards are looked at: of one that does not answer a NOTICE tells,
since the load may do without. Errors: XG008, 25006, 42501 (map_user has not been called for the role), 55000 (no shard; another
version, max_prepared_transactions is 0).';

-- Asks all attached shards whether they are fit, before anything is staged. Errors: 55000.
CREATE OR REPLACE PROCEDURE exograph_private.check_shards()
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_answer exograph_private.shard_answer;
BEGIN
    FOR v_answer IN
        SELECT j.* FROM exograph_private.ask_all(exograph_private.fitness_query()) a, exograph_private.judge(a) j
    LOOP
        IF v_answer.state LIKE '08%' THEN
            RAISE NOTICE '%', v_answer.problem USING HINT = 'New packages go to other shards.';
        ELSIF v_answer.state IS NOT NULL THEN
            RAISE EXCEPTION '%', v_answer.problem USING ERRCODE = v_answer.state, DETAIL = coalesce(v_answer.detail, ''),
                HINT = v_answer.hint;
        END IF;
    END LOOP;
END
$$;
