-- Between the question and the gate, a file may be deleted and come back without facts, with this very load.
CREATE OR REPLACE PROCEDURE exograph.check_told_files(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_lost    bigint;
    v_first   bigint;
    v_trusted integer[] := exograph.trusted_loads(load_id);
BEGIN
    IF to_regclass(format('%I.told_files', current_schema())) IS NULL THEN
        RETURN;
    END IF;
    SELECT count(DISTINCT t.number), min(t.number) INTO v_lost, v_first
    FROM told_files t
    CROSS JOIN unnest(t.tables) AS n (name)
    JOIN map_files m ON m.number = t.number
    WHERE NOT EXISTS (SELECT FROM exograph.complete_facts c
                      WHERE c.file_id = m.id AND c.load_id = ANY (v_trusted) AND n.name = ANY (c.tables));
    IF v_lost > 0 THEN
        RAISE EXCEPTION 'load %: of % file(s), facts that were told to stand do so no longer', load_id, v_lost
            USING ERRCODE = 'XG011',
                DETAIL = format('The first is file %s of the load: facts were deleted since files_lacking answered.', v_first),
                HINT = format('SELECT * FROM exograph.files_lacking(%1$s) tells what to stage now; then finalize again. Or '
                              'abandon the load and load again.', load_id);
    END IF;
END
$$;

ALTER PROCEDURE exograph.check_told_files(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.check_told_files(integer) IS
    'Makes sure that what files_lacking last told of the load''s files still holds. Errors: XG011.';
REVOKE ALL ON PROCEDURE exograph.check_told_files(integer) FROM PUBLIC;
