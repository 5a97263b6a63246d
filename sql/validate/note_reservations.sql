CREATE OR REPLACE PROCEDURE exograph.note_reservations(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    INSERT INTO reserved_ranges (table_name, first, last)
    SELECT r.table_name, min(r.first), max(r.last)
    FROM (
        SELECT i.table_name, i.first, i.last,
               i.last - sum(i.last - i.first + 1) OVER (PARTITION BY i.table_name ORDER BY i.first) AS range
        FROM exograph.reserved_ids i
        WHERE i.load_id = note_reservations.load_id
    ) r
    GROUP BY r.table_name, r.range;
    ANALYZE reserved_ranges;
END
$$;

ALTER PROCEDURE exograph.note_reservations(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.note_reservations(integer) IS
    'Notes the ids that a load has reserved, ranges that follow each other as one.';
REVOKE ALL ON PROCEDURE exograph.note_reservations(integer) FROM PUBLIC;
