CREATE OR REPLACE PROCEDURE exograph.finish_report(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM exograph.end_phase(load_id);
    UPDATE exograph.load_tables t
    SET milliseconds = p.milliseconds, wal_bytes = p.wal_bytes
    FROM (
        SELECT p.table_name, sum(p.milliseconds) AS milliseconds, sum(p.wal_bytes) AS wal_bytes
        FROM exograph.load_phases p
        WHERE p.load_id = finish_report.load_id AND p.table_name IS NOT NULL
        GROUP BY p.table_name
    ) p
    WHERE t.load_id = finish_report.load_id AND t.table_name = p.table_name;
END
$$;

ALTER PROCEDURE exograph.finish_report(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.finish_report(integer) IS 'Ends the last phase and sums time and WAL of the phases per table.';
REVOKE ALL ON PROCEDURE exograph.finish_report(integer) FROM PUBLIC;
