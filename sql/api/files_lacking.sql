SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What was told is kept: should it exist no longer when the load is finalized, its facts would be missing and nobody know.
-- A plan for any range would read all staged files; bundles are asked about one by one.
CREATE OR REPLACE FUNCTION exograph.files_lacking(
    load_id integer DEFAULT NULL, first bigint DEFAULT NULL, last bigint DEFAULT NULL
) RETURNS TABLE (number bigint, table_name text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET default_tablespace = '' SET jit = off
    SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    v_load    exograph_private.load;
    v_trusted integer[];
BEGIN
    files_lacking.load_id := exograph_private.find_load(files_lacking.load_id);
    v_load := exograph_private.read_load(exograph_private.lock_open_load(files_lacking.load_id));
    CALL exograph_private.require_staging(files_lacking.load_id);
    CALL exograph_private.enter_load(files_lacking.load_id);
    CALL exograph_private.create_answered_files();
    -- What will give way lacks.
    v_trusted := CASE WHEN v_load.mode = 'replace' THEN '{}' ELSE exograph_private.trusted_loads(files_lacking.load_id) END;

    DELETE FROM answered_files t
    WHERE (files_lacking.first IS NULL OR t.number >= files_lacking.first)
        AND (files_lacking.last IS NULL OR t.number <= files_lacking.last);

    RETURN QUERY
        WITH told AS (
            INSERT INTO answered_files (number, tables)
            SELECT n.number, coalesce((SELECT array_agg(t.name)
                                       FROM exograph.complete_facts c
                                       CROSS JOIN unnest(c.tables) AS t (name)
                                       WHERE c.file_id = n.file_id AND c.load_id = ANY (v_trusted)), '{}')
            FROM exograph_private.existing_files(files_lacking.first, files_lacking.last) n
            RETURNING number, tables
        )
        SELECT t.number, n.name
        FROM told t
        CROSS JOIN unnest(exograph.complete_tables()) WITH ORDINALITY AS n (name, position)
        WHERE n.name <> ALL (t.tables)
        ORDER BY t.number, n.position;
END
$$;

COMMENT ON FUNCTION exograph.files_lacking(integer, bigint, bigint) IS
'Of the staged files of an open load, with numbers from first to last, the tables that no earlier load has declared complete for
the file of the same natural key: their facts are to be sent. Loads of other roles count where the role has been granted INSERT
on exograph.complete_facts. A file that does not exist lacks all; so do those whose number is
NULL or used twice, or whose version or package is not staged, and all files of a load that was begun with mode ''replace''.
Packages, versions and files must be staged before. It is advice: facts may be sent nevertheless. finalize_load fails with XG011
where facts that were told to exist do so no longer, or would give way. NULL
means the caller''s only open load, the first number, the last. Errors: XG001, XG002, XG003, XG004, 42501, 55P03.';
