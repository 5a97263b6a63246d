SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_all.shards_of(package text, ecosystem text) RETURNS integer[]
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_shards   integer[];
    v_detached integer;
BEGIN
    SELECT array_agg(DISTINCT s.number), min(s.number) FILTER (WHERE s.state = 'detached') INTO v_shards, v_detached
    FROM exograph_cluster.packages p
    JOIN exograph_cluster.shards s ON s.number = p.shard
    WHERE p.name = shards_of.package AND (shards_of.ecosystem IS NULL OR p.ecosystem = shards_of.ecosystem);
    IF v_detached IS NOT NULL THEN
        RAISE EXCEPTION 'package % is on shard %, which is detached', quote_literal(package), v_detached
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = format('SELECT exograph_cluster.attach_shard(%s) has it read again.', v_detached);
    END IF;
    RETURN coalesce(v_shards, ARRAY(SELECT s.number FROM exograph_cluster.shards s WHERE s.state = 'attached' ORDER BY s.number));
END
$$;

COMMENT ON FUNCTION exograph_all.shards_of(text, text) IS
'For questions: the shards to ask: where the directory has a package of that name, in that ecosystem where it is not NULL; all
attached ones where no package is named, or the directory has none of that name. Errors: 55000, it is on a detached shard.';
