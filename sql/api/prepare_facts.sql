SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What is new becomes a partition as it was staged, and COPY has written its WAL; facts of versions that exist are written again
-- (3_index, 6_resolve), and that WAL was in vain: 283 MiB of 21.8M rows, a fifth of the time that staging took. SET UNLOGGED
-- takes 1 ms of an empty table. One that has rows, or is being filled, stays as it is.
CREATE OR REPLACE FUNCTION exograph.prepare_facts(load_id integer DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
    v_load   exograph_private.load;
    v_logged boolean;
    v_fact   text;
BEGIN
    prepare_facts.load_id := exograph_private.find_load(prepare_facts.load_id);
    v_load := exograph_private.read_load(exograph_private.lock_open_load(prepare_facts.load_id));
    IF NOT v_load.is_reserved THEN
        RETURN false;
    END IF;
    CALL exograph_private.require_staging(prepare_facts.load_id);
    CALL exograph_private.enter_load(prepare_facts.load_id);
    v_logged := NOT exograph_private.much_exists(more_files => true);
    IF v_logged IS NULL THEN
        RETURN NULL;
    END IF;
    FOR v_fact IN
        SELECT 'staged_' || t.table_name
        FROM exograph_private.staging_tables t
        WHERE t.kind IN ('fact', 'set') AND exograph_private.is_logged('staged_' || t.table_name) <> v_logged
        ORDER BY t.table_position
    LOOP
        BEGIN
            EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE NOWAIT', v_fact);
            IF pg_relation_size(v_fact::regclass) = 0 THEN
                EXECUTE format('ALTER TABLE %I SET %s', v_fact, CASE WHEN v_logged THEN 'LOGGED' ELSE 'UNLOGGED' END);
            END IF;
        EXCEPTION WHEN lock_not_available OR object_in_use THEN
            NULL;
        END;
    END LOOP;
    RETURN v_logged;
END
$$;

COMMENT ON FUNCTION exograph.prepare_facts(integer) IS
'Tells the server that facts of an open load will be staged now: with reserved ids, those of package
versions that exist already, which are written again when the load is finalized, are staged without WAL. Stage packages,
versions and files before; call it in a transaction of its own, for it locks the staging tables of facts. A load is the same
without it, and where facts were staged before. Returns whether facts are staged with WAL, NULL where no version and no file is
staged. NULL means the caller''s only open load. Errors: XG001, XG002, XG003, XG004, 25006, 42501, 55P03.';

-- Whether more than a tenth of the staged versions exists and, where files are staged, more than a tenth of these are of such a
-- version, or exist without one. NULL where neither is staged; a version counts with its package, a file with its version. Facts
-- of a new file are written again, too, where its version exists: they have the id that was reserved for it. more_files: others
-- may be on their way, and those that are there are any, perhaps the last and new ones; a version without files is taken to have
-- as many as the others.
CREATE OR REPLACE FUNCTION exograph_private.much_exists(more_files boolean DEFAULT false) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_versions boolean;
    v_files    boolean;
BEGIN
    WITH versions AS (
        SELECT s.id, v.id IS NOT NULL AS is_existing
        FROM staged_package_versions s
        JOIN staged_packages k ON k.id = s.package_id
        LEFT JOIN exograph.packages p ON p.ecosystem = k.ecosystem AND p.name = k.name
        LEFT JOIN exograph.package_versions v ON v.package_id = p.id AND v.version = s.version
    ), files AS (
        SELECT v.id AS version, count(*) AS files, count(*) FILTER (WHERE v.is_existing OR f.id IS NOT NULL) AS existing
        FROM staged_files s
        LEFT JOIN versions v ON v.id = s.package_version_id
        LEFT JOIN exograph.files f
            ON s.package_version_id IS NULL AND f.package_version_id IS NULL AND f.sha256 = s.sha256
        WHERE s.package_version_id IS NULL OR v.id IS NOT NULL
        GROUP BY v.id
    ), expected AS (
        SELECT f.files, f.existing FROM files f
        UNION ALL
        SELECT m.mean, CASE WHEN v.is_existing THEN m.mean ELSE 0 END
        FROM versions v
        CROSS JOIN (SELECT avg(f.files) FILTER (WHERE f.version IS NOT NULL) AS mean FROM files f) m
        WHERE more_files AND NOT EXISTS (SELECT FROM files f WHERE f.version = v.id)
    )
    SELECT (SELECT count(*) FILTER (WHERE v.is_existing) > count(*) / 10 FROM versions v HAVING count(*) > 0),
           (SELECT sum(e.existing) > sum(e.files) / 10 FROM expected e)
    INTO v_versions, v_files;
    RETURN coalesce(v_versions, v_files) AND coalesce(v_files, v_versions);
END
$$;
