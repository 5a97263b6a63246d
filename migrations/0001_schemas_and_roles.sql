-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- The schemas and the three roles. Roles belong to the cluster, not to the database: another installation may have made
-- them, or be making them at this moment.

DO $$
BEGIN
    IF current_setting('server_version_num')::integer < 150000 THEN
        RAISE EXCEPTION 'PostgreSQL 15 or later is required, this is %', current_setting('server_version')
            USING ERRCODE = 'feature_not_supported', HINT = 'Unique keys are NULLS NOT DISTINCT, which came with PostgreSQL 15.';
    END IF;
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'the database encoding must be UTF8, this is %', current_setting('server_encoding')
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'CREATE DATABASE ... ENCODING ''UTF8'' TEMPLATE template0 makes one.';
    END IF;
END
$$;

DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['exograph_owner', 'exograph_loader', 'exograph_reader'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- it stands, or a concurrent installation was first
        END;
    END LOOP;
END
$$;

-- Who installs without being a superuser must be able to hand objects over to the owner.
DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'exograph_owner', 'USAGE') THEN
        EXECUTE format('GRANT exograph_owner TO %I', current_user);
    END IF;
EXCEPTION
    WHEN unique_violation THEN
        NULL; -- a concurrent installation by the same role was first
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'role % may not act for exograph_owner, which another role has made', quote_ident(current_user)
            USING ERRCODE = 'insufficient_privilege',
                HINT = format('Have a superuser run: GRANT exograph_owner TO %I;', current_user);
END
$$;

-- The runner makes schema exograph, because the journal must stand before the first script.
CREATE SCHEMA IF NOT EXISTS exograph;
CREATE SCHEMA IF NOT EXISTS exograph_in;
CREATE SCHEMA IF NOT EXISTS dup_select;

ALTER SCHEMA exograph OWNER TO exograph_owner;
ALTER SCHEMA exograph_in OWNER TO exograph_owner;
ALTER SCHEMA dup_select OWNER TO exograph_owner;

COMMENT ON SCHEMA exograph IS 'Index of source code: the index tables, the load ledger, and the procedures that load it.';
COMMENT ON SCHEMA exograph_in IS 'Inserter views: insert rows by natural key, get ids.';
COMMENT ON SCHEMA dup_select IS 'Dup-select toolkit: insert, or find the row that stands, for any table.';

REVOKE ALL ON SCHEMA exograph, exograph_in, dup_select FROM PUBLIC;
GRANT USAGE ON SCHEMA exograph TO exograph_loader, exograph_reader;
GRANT USAGE ON SCHEMA exograph_in TO exograph_loader;
-- The toolkit works with the rights of whoever calls, so calling it gives nobody anything.
GRANT USAGE ON SCHEMA dup_select TO PUBLIC;

-- begin_load makes a schema of its own for each load.
DO $$
BEGIN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO exograph_owner', current_database());
END
$$;
