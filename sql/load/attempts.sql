SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What others see of a finalize at work, and what is left of one that failed, is in sequences of the staging: setval is neither
-- rolled back nor waits for a commit. Making the seven of them takes 0.7 ms, a setval 1 us. They are written ahead like all
-- sequences: after a crash they tell of the attempt that it ended, but for what the server had not flushed yet (at most three
-- times wal_writer_delay, 0.6 s). A load that was begun before there were such sequences does without.

-- Names of these sequences. attempts: how many attempts to finalize the load have begun. attempt_1 to attempt_4: the last four of
-- them, by their number modulo 4 (note_phase). validating: position of the table that is being validated, also by check_load.
-- staged_bytes: size of the staging when it was locked, since asking for it waits for whoever has it locked.
CREATE OR REPLACE FUNCTION exograph_private.attempt_sequences() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT '{attempts,attempt_1,attempt_2,attempt_3,attempt_4,validating,staged_bytes}'::pg_catalog.text[]
$$;

-- A sequence of a load's staging. NULL where there is none. By catalog: a schema that somebody else made in its place may not be
-- entered. PL/pgSQL keeps its plan: a finalize asks for forty.
CREATE OR REPLACE FUNCTION exograph_private.staging_sequence(load_id integer, name text) RETURNS regclass
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (
        SELECT c.oid
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = exograph.staging_schema(staging_sequence.load_id) AND n.nspowner = current_user::regrole
            AND c.relname = staging_sequence.name AND c.relkind = 'S' AND c.relowner = n.nspowner);
END
$$;

-- Size of the staging tables of a load. Waits for whoever has one of them locked against readers.
CREATE OR REPLACE FUNCTION exograph_private.staged_bytes(load_id integer) RETURNS bigint
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT sum(pg_catalog.pg_total_relation_size(c.oid))::pg_catalog.int8
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = exograph.staging_schema(staged_bytes.load_id) AND n.nspowner = current_user::pg_catalog.regrole
        AND starts_with(c.relname, 'staged_') AND c.relkind = 'r'
$$;

-- Begins an attempt to finalize an open load, and notes those before it that failed.
CREATE OR REPLACE PROCEDURE exograph_private.begin_attempt(load exograph.loads)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_attempts regclass := exograph_private.staging_sequence(load.load_id, 'attempts');
    v_attempt  bigint   := coalesce(pg_sequence_last_value(v_attempts), 0) + 1;
BEGIN
    CALL exograph_private.note_attempts(load);
    PERFORM setval(exograph_private.staging_sequence(load.load_id, 'staged_bytes'), 1, false);
    PERFORM setval(exograph_private.staging_sequence(load.load_id, 'validating'), 1, false);
    PERFORM setval(exograph_private.attempt_slot(load.load_id, v_attempt),
                   greatest(1, floor(10 * extract(epoch FROM clock_timestamp() - load.started_at))::bigint << 31));
    PERFORM setval(v_attempts, v_attempt);
END
$$;

-- The sequence that holds an attempt.
CREATE OR REPLACE FUNCTION exograph_private.attempt_slot(load_id integer, attempt bigint) RETURNS regclass
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN exograph_private.staging_sequence(load_id, 'attempt_' || (attempt - 1) % 4 + 1);
END
$$;

-- Notes the phase that the attempt at work begins. All of an attempt is one number, for a sequence is set and read as a whole:
-- tenths of a second from the begin of the load to that of the attempt (32 bits), from there to that of its phase (22), number of
-- the phase (5), position of the table (4).
CREATE OR REPLACE PROCEDURE exograph_private.note_phase(load_id integer, phase text, table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_slot    regclass := exograph_private.attempt_slot(load_id, pg_sequence_last_value(
        exograph_private.staging_sequence(load_id, 'attempts')));
    v_started bigint   := pg_sequence_last_value(v_slot) >> 31;
    v_now     bigint   := (SELECT floor(10 * extract(epoch FROM clock_timestamp() - l.started_at))
                           FROM exograph.loads l WHERE l.load_id = note_phase.load_id);
BEGIN
    PERFORM setval(v_slot, (v_started << 31)
                           | (least(greatest(v_now - v_started, 0), 4194303) << 9)
                           | (exograph_private.phase_number(phase, behind_gate => EXISTS (
                                  SELECT FROM exograph.load_phases p
                                  WHERE p.load_id = note_phase.load_id AND p.phase = 'close gate'))::bigint << 4)
                           | coalesce(exograph_private.table_position(table_name), 0));
END
$$;

-- Phases by their number, in their order; 'index' is there twice: before the gate is closed and behind it. 'replace', which few
-- loads have, comes amid 'merge'.
CREATE OR REPLACE FUNCTION exograph_private.phase_names() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT '{verify,validate,index,close gate,defer indexes,merge,replace,index,resolve,attach,share,declare complete,
             note dependencies,analyze,finish,merge partitions}'::pg_catalog.text[]
$$;

-- Number of a phase. 31 where it has none.
CREATE OR REPLACE FUNCTION exograph_private.phase_number(phase text, behind_gate boolean) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT CASE WHEN phase_number.phase = 'index' AND phase_number.behind_gate THEN 8
                ELSE coalesce(pg_catalog.array_position(exograph_private.phase_names(), phase_number.phase), 31)
           END
$$;

-- Tables in the order in which a load reports about them. A constant: asking the contract takes a tenth of a millisecond.
CREATE OR REPLACE FUNCTION exograph_private.report_tables() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT '{packages,package_versions,files,file_paths,terms,fragments,graph_nodes,comments,definitions,symbol_references,
             call_edges,fragment_terms}'::pg_catalog.text[]
$$;

-- Position of a table in the report of a load. NULL where it is none of them.
CREATE OR REPLACE FUNCTION exograph_private.table_position(table_name text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE SECURITY INVOKER AS $$
    SELECT pg_catalog.array_position(exograph_private.report_tables(), table_position.table_name)
$$;

-- What the sequences of a load hold: the number of attempts, the last four of them as note_phase encodes them, and the others.
-- All NULL where there are none. They are read as tables, whose locks end with the subtransaction; those that functions for
-- sequences take last until the transaction ends, and would keep a finalize from dropping them.
CREATE OR REPLACE FUNCTION exograph_private.read_attempts(
    load_id integer, OUT attempts bigint, OUT slots bigint[], OUT validating integer, OUT staged_bytes bigint
)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    IF exograph_private.staging_sequence(load_id, 'attempts') IS NULL THEN
        RETURN;
    END IF;
    EXECUTE replace(
        'SELECT CASE WHEN n.is_called THEN n.last_value ELSE 0 END,
                ARRAY[a.last_value, b.last_value, c.last_value, d.last_value],
                CASE WHEN v.is_called THEN v.last_value END, CASE WHEN s.is_called THEN s.last_value END
         FROM :attempts n, :attempt_1 a, :attempt_2 b, :attempt_3 c, :attempt_4 d, :validating v, :staged_bytes s',
        ':', quote_ident(exograph.staging_schema(load_id)) || '.')
    INTO attempts, slots, validating, staged_bytes;
END
$$;

-- An attempt that note_phase has encoded.
CREATE OR REPLACE FUNCTION exograph_private.attempt_of(
    load exograph.loads, slot bigint,
    OUT started_at timestamptz, OUT phase_number integer, OUT phase text, OUT table_name text, OUT phase_started_at timestamptz
)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT t.started_at, t.number, (exograph_private.phase_names())[t.number],
           (exograph_private.report_tables())[slot & 15],
           t.started_at + ((slot >> 9) & 4194303) * pg_catalog.interval '0.1 s'
    FROM (SELECT load.started_at + (slot >> 31) * pg_catalog.interval '0.1 s' AS started_at,
                 ((slot >> 4) & 31)::integer AS number) t
$$;

-- Enters the attempts that are not in the ledger yet. All of them are over: who calls has the load's lock.
CREATE OR REPLACE PROCEDURE exograph_private.note_attempts(load exograph.loads)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO exograph.load_attempts (load_id, attempt, started_at, phase, table_name, phase_started_at)
    SELECT load.load_id, n.attempt, a.started_at, a.phase, a.table_name, a.phase_started_at
    FROM exograph_private.read_attempts(load.load_id) r
    CROSS JOIN LATERAL generate_series(1, r.attempts) AS n (attempt)
    LEFT JOIN LATERAL exograph_private.attempt_of(load, r.slots[(n.attempt - 1) % 4 + 1]) a ON n.attempt > r.attempts - 4
    WHERE NOT EXISTS (SELECT FROM exograph.load_attempts o WHERE o.load_id = load.load_id AND o.attempt = n.attempt);
END
$$;
