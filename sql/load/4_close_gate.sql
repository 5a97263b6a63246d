SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- From here on nobody else writes to the index until the transaction ends.
CREATE OR REPLACE PROCEDURE exograph_private.close_gate(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.start_phase(load_id, 'close gate');
    CALL exograph_private.lock_index(format('load %s', load_id));
END
$$;

-- Takes the gate alone, until the transaction ends: whoever writes through the inserter views, loads or deletes waits. what names
-- the caller in the error. Errors: 55P03.
CREATE OR REPLACE PROCEDURE exograph_private.lock_gate(what text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    LOCK TABLE exograph.gate IN SHARE ROW EXCLUSIVE MODE;
    -- A writer above READ COMMITTED locks this row: it fails with 40001 where its snapshot is older than this transaction.
    UPDATE exograph.gate g SET generation = g.generation + 1;
EXCEPTION WHEN lock_not_available THEN
    CALL exograph_private.raise_writers(what, '{gate}');
END
$$;

-- Keeps all other writers out of the index until the transaction ends, also those who do not ask at the gate; what names the
-- caller in the error. Errors: 55P03 after lock_timeout, which must be set. One fixed order: the gate, then the index tables as
-- they refer to each other. ONLY, because locking every partition is what makes many of them slow. Readers are not locked out:
-- SHARE ROW EXCLUSIVE stops writers only. A DELETE has its table, and then asks for the gate: who has the gate and waits for the
-- table lets go of the gate in less than deadlock_timeout (1 s), and at once where somebody was waiting for it, so that the other
-- goes ahead; then it asks for the gate again.
CREATE OR REPLACE PROCEDURE exograph_private.lock_index(what text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_mode   CONSTANT text   := 'SHARE ROW EXCLUSIVE';
    v_tables CONSTANT text[] := '{packages,package_versions,files,file_paths,terms,fragments,graph_nodes,comments,definitions,'
        'symbol_references,call_edges,fragment_term_sets}';
    v_end    timestamptz     := clock_timestamp() + current_setting('lock_timeout')::interval;
    v_span   interval        := '50ms';
BEGIN
    LOOP
        BEGIN
            EXIT WHEN coalesce(
                exograph_private.lock_all_until('{gate}', v_mode, v_end),
                exograph_private.lock_all_until(v_tables, v_mode, least(v_end, clock_timestamp() + v_span))) IS NULL;
            v_span := CASE WHEN EXISTS (SELECT FROM pg_locks l WHERE l.relation = 'exograph.gate'::regclass AND NOT l.granted)
                           THEN interval '50ms' ELSE current_setting('deadlock_timeout')::interval * 0.8 END;
            RAISE lock_not_available; -- lets go of the gate
        EXCEPTION WHEN lock_not_available THEN
            IF clock_timestamp() >= v_end THEN
                CALL exograph_private.raise_writers(what, ARRAY['gate'] || v_tables);
            END IF;
        END;
    END LOOP;
    CALL exograph_private.lock_gate(what);
END
$$;

-- Raises 55P03 for want of locks that keep writers out of tables. Errors: 55P03.
CREATE OR REPLACE PROCEDURE exograph_private.raise_writers(what text, tables text[])
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM exograph_private.raise_lock_timeout(
        format('%s: another transaction is writing to the index', what),
        'exograph.lock_waits shows who waits for whom. Nothing was changed: call again, perhaps with a longer lock_timeout.',
        exograph_private.lock_holders(ARRAY(SELECT format('exograph.%I', t)::regclass FROM unnest(tables) t),
                                      'ShareRowExclusiveLock'));
END
$$;
