-- Both numbers in one, since a sequence is all that outlives a rollback. Larger ones are not noted, and lost to a failure: they
-- are bigints. Where others took ids in between (reserve_ids), it is not known which.
CREATE OR REPLACE PROCEDURE exograph.note_ids(table_name text, before bigint, taken bigint)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_last bigint := pg_sequence_last_value(pg_get_serial_sequence(format('exograph.%I', table_name), 'id')::regclass);
BEGIN
    IF taken BETWEEN 1 AND 134217727 AND v_last = before + taken AND v_last < 68719476736 THEN
        PERFORM setval(to_regclass('taken_' || table_name), v_last << 27 | taken);
    END IF;
END
$$;

ALTER PROCEDURE exograph.note_ids(text, bigint, bigint) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.note_ids(text, bigint, bigint) IS
    'Notes which ids of a dimension this attempt to finalize the load on the search path has taken, so that they can be taken '
    'back should it fail. before: the last id that was taken before it.';
REVOKE ALL ON PROCEDURE exograph.note_ids(text, bigint, bigint) FROM PUBLIC;
