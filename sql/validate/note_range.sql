-- Where the valid numbers have no gaps, BETWEEN tells as much about a reference as a join does, without the join.
CREATE OR REPLACE PROCEDURE exograph.note_range(table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO number_ranges (table_name, first, last)
         SELECT %L, min(k.number), max(k.number) FROM %I k
         HAVING count(*) = max(k.number)::bigint - min(k.number) + 1',
        table_name, 'keys_' || table_name);
END
$$;

ALTER PROCEDURE exograph.note_range(text) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.note_range(text) IS
    'Notes the range of the valid numbers of a staged dimension where they have no gaps.';
REVOKE ALL ON PROCEDURE exograph.note_range(text) FROM PUBLIC;
