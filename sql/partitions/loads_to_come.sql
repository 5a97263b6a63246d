-- Where a transaction has begun a load and not ended, its number is missing in the ledger; so is that of one that was rolled
-- back. Numbers that nobody holds any more are told apart by the lock that a begin keeps on the ledger: looked for first, so that
-- what is committed meanwhile is found in the ledger. A begin after that takes a number beyond all partitions.
CREATE OR REPLACE FUNCTION exograph.loads_to_come() RETURNS TABLE (load_id integer, what text)
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
                                 coalesce(exograph.owner_of_load(l)::regrole::text, l.started_by || ', which is gone'),
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

ALTER FUNCTION exograph.loads_to_come() OWNER TO exograph_owner;
COMMENT ON FUNCTION exograph.loads_to_come() IS
    'Loads whose partitions may still come: open ones, and those whose begin may be not committed yet.';
REVOKE ALL ON FUNCTION exograph.loads_to_come() FROM PUBLIC;
