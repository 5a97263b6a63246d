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

-- Why a shard cannot take part, and what to do: it is of another version, prepares no transactions, or is not the one that the
-- directory takes it for. NULL where it can. answer: to fitness_query, NULL where there is no index to ask. is_new: it is no
-- shard yet.
CREATE OR REPLACE FUNCTION exograph_private.unfit(
    shard exograph_cluster.shards, answer text, is_new boolean DEFAULT false, OUT problem text, OUT hint text
)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_here    text[];
    v_there   text[] := answer;
    v_cluster uuid   := (SELECT c.id FROM exograph_cluster.cluster c);
BEGIN
    EXECUTE exograph_private.fitness_query() INTO v_here;
    IF v_there IS NULL THEN
        problem := 'its database holds no index of this version';
        hint := 'exograph-load migrate on it makes one.';
    ELSIF v_there[1] IS DISTINCT FROM v_here[1] THEN
        problem := 'its schema is of another version than that of the coordinator';
        hint := 'exograph-load migrate, by one version, on all shards and on the coordinator.';
    ELSIF v_there[2] = '0' THEN
        problem := 'its server prepares no transactions';
        hint := 'ALTER SYSTEM SET max_prepared_transactions = 10 there, and restart it.';
    ELSIF is_new AND v_there[3] <> '0' AND (v_there[3], v_there[4]) IS DISTINCT FROM (shard.number::text, v_cluster::text) THEN
        problem := format('it is shard %s of %s already', v_there[3],
                          CASE v_there[4] WHEN v_cluster::text THEN 'this cluster' ELSE 'cluster ' || v_there[4] END);
        hint := 'If that cluster is gone: SELECT exograph_private.become_shard(0, NULL), on it, by a member of exograph_owner.';
    ELSIF NOT is_new AND (v_there[3], v_there[4]) IS DISTINCT FROM (shard.number::text, v_cluster::text) THEN
        problem := 'another index answers where it should be';
        hint := 'TABLE exograph_cluster.shards has the hosts; TABLE exograph_shard.number, on it, which shard it is.';
    END IF;
    problem := format('shard %s (%s): ', shard.number, shard.name) || problem;
END
$$;

-- The answer of a shard to fitness_query, as ask_all gives it, with why it is unfit for a problem where it is.
CREATE OR REPLACE FUNCTION exograph_private.judge(answer exograph_private.shard_answer) RETURNS exograph_private.shard_answer
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF answer.state IS NULL OR answer.state IN ('42P01', '3F000') THEN -- no table, no schema
        SELECT u.problem, u.hint INTO answer.problem, answer.hint FROM exograph_private.unfit(answer.shard, answer.value) u;
        answer.detail := CASE WHEN answer.problem IS NOT NULL THEN exograph_private.place_of_shard(answer.shard) END;
        answer.state := CASE WHEN answer.problem IS NOT NULL THEN '55000' END;
    END IF;
    RETURN answer;
END
$$;

-- Refuses a shard that cannot take part; link reaches it. is_new: it is none yet. Errors: 55000, and those of the link.
CREATE OR REPLACE PROCEDURE exograph_private.require_fit_shard(
    link text, shard exograph_cluster.shards, is_new boolean DEFAULT false
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_answer text;
    v_unfit  record;
BEGIN
    BEGIN
        v_answer := exograph_private.ask_link(link, shard, exograph_private.fitness_query());
    EXCEPTION WHEN undefined_table OR invalid_schema_name THEN
        NULL; -- as judge has it
    END;
    v_unfit := exograph_private.unfit(shard, v_answer, is_new);
    IF v_unfit.problem IS NOT NULL THEN
        CALL exograph_private.close_link(link);
        RAISE EXCEPTION '%', v_unfit.problem USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = exograph_private.place_of_shard(shard), HINT = v_unfit.hint;
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
