-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- What open loads have noted keeps counting under the names of today: what files_lacking answered, and which manifest was
-- found to agree with the staging.

-- Also where another upgrader runs this, under a path and as a role of its own: what is bound here stays bound.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

DO $$
DECLARE
    v_schema text;
    v_name   text;
    v_today  text;
BEGIN
    FOR v_schema, v_name, v_today IN
        SELECT n.nspname, c.relname, t.today
        FROM exograph.loads l
        JOIN pg_namespace n ON n.nspname = 'exograph_load_' || l.load_id
        JOIN pg_class c ON c.relnamespace = n.oid
        JOIN (VALUES ('told_files', 'answered_files'), ('told_files_number_idx', 'answered_files_number_idx'),
                     ('verified_seal', 'verified_manifest')) AS t (name, today)
            ON t.name = c.relname
        WHERE l.state = 'open'
    LOOP
        EXECUTE format('ALTER TABLE %I.%I RENAME TO %I', v_schema, v_name, v_today);
    END LOOP;
END
$$;
