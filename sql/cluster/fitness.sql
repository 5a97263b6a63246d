SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Whether a shard can take part, and which shard it is.

-- A query for what an index says of itself, as an array: version of the code and of the tables, max_prepared_transactions,
-- number of the shard, id of its cluster.
CREATE OR REPLACE FUNCTION exograph_private.fitness_query() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT '
    SELECT ARRAY[
        md5((SELECT string_agg(v.scriptname, '','' ORDER BY v.scriptname COLLATE "C") FROM exograph.schemaversions v)
            || (SELECT string_agg(c.name || c.sha256, '','' ORDER BY c.name COLLATE "C") FROM exograph.code_versions c)),
        current_setting(''max_prepared_transactions''), n.number::text, n.cluster::text]::text
    FROM exograph_shard.number n'
$$;

-- Refuses a shard that is of another version, prepares no transactions, or is not the one that the directory takes it for; link
-- reaches it. is_new: it is none yet. Errors: 55000, and those of the link.
CREATE OR REPLACE PROCEDURE exograph_private.require_fit_shard(
    link text, shard exograph_cluster.shards, is_new boolean DEFAULT false
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_here    text[];
    v_there   text[];
    v_cluster uuid := (SELECT c.id FROM exograph_cluster.cluster c);
    v_problem text;
    v_hint    text;
BEGIN
    EXECUTE exograph_private.fitness_query() INTO v_here;
    BEGIN
        v_there := exograph_private.ask_link(link, shard, exograph_private.fitness_query());
    EXCEPTION WHEN undefined_table OR invalid_schema_name THEN
        v_there := NULL;
    END;
    IF v_there IS NULL THEN
        v_problem := 'its database holds no index of this version';
        v_hint := 'exograph-load migrate on it makes one.';
    ELSIF v_there[1] IS DISTINCT FROM v_here[1] THEN
        v_problem := 'its schema is of another version than that of the coordinator';
        v_hint := 'exograph-load migrate, by one version, on all shards and on the coordinator.';
    ELSIF v_there[2] = '0' THEN
        v_problem := 'its server prepares no transactions';
        v_hint := 'ALTER SYSTEM SET max_prepared_transactions = 10 there, and restart it.';
    ELSIF is_new AND v_there[3] <> '0' AND (v_there[3], v_there[4]) IS DISTINCT FROM (shard.number::text, v_cluster::text) THEN
        v_problem := format('it is shard %s of %s already', v_there[3],
                            CASE v_there[4] WHEN v_cluster::text THEN 'this cluster' ELSE 'cluster ' || v_there[4] END);
        v_hint := 'If that cluster is gone: SELECT exograph_private.become_shard(0, NULL), on it, by a member of exograph_owner.';
    ELSIF NOT is_new AND (v_there[3], v_there[4]) IS DISTINCT FROM (shard.number::text, v_cluster::text) THEN
        v_problem := 'another index answers where it should be';
        v_hint := 'TABLE exograph_cluster.shards has the hosts; TABLE exograph_shard.number, on it, which shard it is.';
    END IF;
    IF v_problem IS NOT NULL THEN
        CALL exograph_private.close_link(link);
        RAISE EXCEPTION 'shard % (%): %', shard.number, shard.name, v_problem
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = v_hint;
    END IF;
END
$$;

-- A shard of the directory. Errors: XG008, there is none of the number; 55000, it is detached.
CREATE OR REPLACE FUNCTION exograph_private.find_shard(number integer, attached boolean DEFAULT true)
RETURNS exograph_cluster.shards
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_shard exograph_cluster.shards;
BEGIN
    SELECT * INTO v_shard FROM exograph_cluster.shards s WHERE s.number = find_shard.number;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no shard %', coalesce(number::text, 'NULL') USING ERRCODE = 'XG008',
            HINT = 'TABLE exograph_cluster.shards lists them.';
    ELSIF attached AND v_shard.state <> 'attached' THEN
        RAISE EXCEPTION 'shard % (%) is detached', number, v_shard.name USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = format('SELECT exograph_cluster.attach_shard(%s) when it answers again.', number);
    END IF;
    RETURN v_shard;
END
$$;

-- Makes this index a shard: add_shard calls it there. Errors: 42501 for who is no member of exograph_owner.
CREATE OR REPLACE FUNCTION exograph_private.become_shard(number integer, cluster uuid) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CALL exograph_private.require_owner('become_shard', 'It says which shard an index is.');
    UPDATE exograph_shard.number n SET number = become_shard.number, cluster = become_shard.cluster;
    CALL exograph_private.name_shard();
    RETURN number;
END
$$;
