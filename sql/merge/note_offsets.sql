-- Rows that are new to the index get ids in the order of their numbers, or reserved ids are their numbers. Then the id of a
-- number is a sum, and no fact has to be joined to learn it.
CREATE OR REPLACE PROCEDURE exograph.note_offsets()
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_table text;
BEGIN
    FOR v_table IN SELECT c.table_name FROM exograph.staging_columns c WHERE c.column_name = 'id' LOOP
        EXECUTE format(
            'INSERT INTO number_offsets (table_name, id_offset, inserted)
             SELECT %L, min(m.id - m.number), CASE WHEN bool_and(m.inserted) = bool_or(m.inserted) THEN bool_and(m.inserted) END
             FROM %I m
             HAVING min(m.id - m.number) = max(m.id - m.number)',
            v_table, 'map_' || v_table);
    END LOOP;
END
$$;

ALTER PROCEDURE exograph.note_offsets() OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.note_offsets() IS
    'Notes the difference of id and number of those dimensions where it is one and the same for all rows, and whether all '
    'were inserted, or none (NULL: some).';
REVOKE ALL ON PROCEDURE exograph.note_offsets() FROM PUBLIC;
