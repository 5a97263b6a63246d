SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Makes the schema of a load: staging tables that mirror the index tables, those of facts LOGGED if asked for; what
-- resolve_terms notes; sequences, which outlive a rollback, to remember which manifest was verified, which ids an attempt to
-- finalize took, and how far it came (attempts); and the token that tells crash-emptied from empty. Errors: 42501, 42P06.
-- Columns, types, compression and collations of the index table and nothing else: no NOT NULL, so that a missing value is a
-- reject with a reason instead of a failed COPY. The columns come from the catalog: AS TABLE .. WITH NO DATA would lock the
-- index tables until the caller's transaction ends, and keep merge_partitions waiting. Staging is UNLOGGED: a crash empties
-- it, and the token with it. Facts that may become a partition as they are, are LOGGED, until prepare_facts knows better: WAL
-- is written once, a page at a time, by COPY. Of these the one table that has only required columns, fragment_term_sets, gets
-- from the start what ATTACH demands of load_id, which no row can break; its numbers get theirs with the indexes. Pairs are
-- always written again, as sets.
CREATE OR REPLACE PROCEDURE exograph_private.create_staging(load_id integer, logged_facts boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_schema  text := exograph.staging_schema(load_id);
    v_loader  text := exograph_private.caller();
    v_table   text;
    v_columns text;
    v_mirror  text;
    v_is_fact boolean;
    v_is_full boolean;
BEGIN
    -- Installing grants it, but neither CREATE DATABASE .. TEMPLATE nor a restore under another name takes it along.
    IF NOT has_database_privilege(current_user, current_database(), 'CREATE') THEN
        RAISE EXCEPTION 'role % may not create schemas in database %', quote_ident(current_user), quote_ident(current_database())
            USING ERRCODE = 'insufficient_privilege',
                HINT = format('Have the owner of the database run: GRANT CREATE ON DATABASE %I TO %I;',
                              current_database(), current_user);
    END IF;
    IF to_regnamespace(v_schema) IS NOT NULL THEN
        RAISE EXCEPTION 'schema % exists already, and is no staging of this database', v_schema
            USING ERRCODE = 'duplicate_schema',
            DETAIL = format('It belongs to role %s.',
                            (SELECT n.nspowner::regrole FROM pg_namespace n WHERE n.nspname = v_schema)),
            HINT = 'Have it dropped or renamed, or call again: the next load has another number.';
    END IF;
    EXECUTE format('CREATE SCHEMA %I', v_schema);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', v_schema, v_loader);
    FOR v_table, v_columns, v_mirror, v_is_fact, v_is_full IN
        SELECT t.table_name, (SELECT string_agg(format('%I', c.column_name), ', ') FROM exograph.staging_columns c
                              WHERE c.table_name = t.table_name),
               exograph_private.column_definitions(t.table_name), t.kind IN ('fact', 'set'), t.is_full
        FROM exograph_private.staging_tables t
        ORDER BY t.table_position
    LOOP
        EXECUTE format('CREATE %s TABLE %I.%I (%s) WITH (autovacuum_enabled = false) %s',
                       CASE WHEN logged_facts AND v_is_fact THEN '' ELSE 'UNLOGGED' END, v_schema, 'staged_' || v_table,
                       v_mirror,
                       CASE WHEN logged_facts AND v_is_fact
                           THEN exograph_private.tablespace_clause(format('exograph.%I', v_table)::regclass) END);
        EXECUTE format('ALTER TABLE %I.%I ALTER COLUMN load_id SET DEFAULT %s, REPLICA IDENTITY FULL',
                       v_schema, 'staged_' || v_table, load_id);
        IF logged_facts AND v_is_fact AND v_is_full THEN
            EXECUTE format('ALTER TABLE %I.%I ALTER load_id SET NOT NULL, '
                           'ADD CONSTRAINT load_id_is_this_load CHECK (load_id = %s)',
                           v_schema, 'staged_' || v_table, load_id);
        END IF;
        -- Not load_id: whose rows they are is not for the loader to say.
        EXECUTE format('GRANT SELECT, DELETE, TRUNCATE, INSERT (%s), UPDATE (%s) ON %I.%I TO %I',
                       v_columns, v_columns, v_schema, 'staged_' || v_table, v_loader);
    END LOOP;
    EXECUTE format('CREATE UNLOGGED TABLE %I.resolved_terms (id integer)', v_schema);
    IF logged_facts IS NOT TRUE THEN -- its rows get their ids when it is finalized
        FOR v_table IN SELECT t.table_name FROM exograph_private.staging_tables t WHERE t.kind = 'dimension' LOOP
            EXECUTE format('CREATE SEQUENCE %I.%I', v_schema, 'taken_' || v_table);
        END LOOP;
    END IF;
    FOREACH v_table IN ARRAY exograph_private.attempt_sequences() LOOP
        EXECUTE format('CREATE SEQUENCE %I.%I', v_schema, v_table);
    END LOOP;
    EXECUTE format('CREATE SEQUENCE %I.verified_manifest MINVALUE %s', v_schema, x'8000000000000000'::bigint);
    EXECUTE format('CREATE UNLOGGED TABLE %I.staging_token AS SELECT %s AS load_id', v_schema, load_id);
END
$$;

-- Columns of an index table with types, compression and collations, as CREATE TABLE takes them.
CREATE OR REPLACE FUNCTION exograph_private.column_definitions(table_name text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.string_agg(
               pg_catalog.format('%I %s%s%s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
                                 CASE a.attcompression WHEN 'l' THEN ' COMPRESSION lz4' WHEN 'p' THEN ' COMPRESSION pglz' END,
                                 CASE WHEN a.attcollation <> t.typcollation
                                      THEN ' COLLATE ' || a.attcollation::pg_catalog.regcollation::pg_catalog.text END),
               ', ' ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = pg_catalog.format('exograph.%I', column_definitions.table_name)::pg_catalog.regclass
        AND a.attnum > 0 AND NOT a.attisdropped
$$;

-- Whether a table of the load on the search path is LOGGED. NULL where there is none: a query may ask before it leaves out what
-- has no staging table.
CREATE OR REPLACE FUNCTION exograph_private.is_logged(staging_table text) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT c.relpersistence = 'p' FROM pg_catalog.pg_class c
    WHERE c.oid = pg_catalog.to_regclass(pg_catalog.format('%I', staging_table))
$$;

-- Puts the schema of a load on the search path, until the calling definer function returns. Steps of a load name its tables
-- without schema (staged_files) and index tables with it (exograph.files): static SQL for any load. Nobody but the owner can
-- create in the load's schema, and pg_temp comes last, so no name can be shadowed. The setting ends with the definer function
-- that called: they all have a SET clause for search_path.
CREATE OR REPLACE PROCEDURE exograph_private.enter_load(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM set_config('search_path', format('%I, pg_temp', exograph.staging_schema(load_id)), true);
END
$$;

-- Makes sure that all tables of the staging and their columns are there, and that no crash has emptied them. Errors: XG004.
-- Statements of its own: one that names a table or column cannot be parsed where that is missing. In a schema of somebody else's
-- making, tables could have triggers and indexes whose functions would run in the owner's name.
CREATE OR REPLACE PROCEDURE exograph_private.require_staging(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_schema  text := exograph.staging_schema(load_id);
    v_missing text;
    v_reason  text;
    v_rows    bigint;
BEGIN
    IF to_regnamespace(v_schema) IS NULL THEN
        v_reason := format('Schema %s is gone: somebody has dropped it.', v_schema);
    ELSIF NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = v_schema AND n.nspowner = current_user::regrole) THEN
        v_reason := format('Schema %s is gone: there is one of its name that belongs to role %s.', v_schema,
                           (SELECT n.nspowner::regrole FROM pg_namespace n WHERE n.nspname = v_schema));
    ELSE
        SELECT string_agg(DISTINCT CASE WHEN r.oid IS NULL THEN format('%I.%I', v_schema, t.name)
                                        ELSE format('%I.%I.%I', v_schema, t.name, t.column_name) END, ', ') INTO v_missing
        FROM (SELECT 'staged_' || c.table_name AS name, c.column_name FROM exograph.staging_columns c
              UNION ALL VALUES ('staging_token', NULL), ('resolved_terms', NULL)) t
        LEFT JOIN pg_class r ON r.relnamespace = to_regnamespace(v_schema) AND r.relname = t.name
        LEFT JOIN pg_attribute a ON a.attrelid = r.oid AND a.attname = t.column_name AND NOT a.attisdropped
        WHERE r.oid IS NULL OR t.column_name IS NOT NULL AND a.attnum IS NULL;
        IF v_missing IS NOT NULL THEN
            v_reason := format('Gone: %s. Somebody has dropped them.', v_missing);
        ELSE
            EXECUTE format('SELECT count(*) FROM %I.staging_token', v_schema) INTO v_rows;
            IF v_rows = 0 THEN
                v_reason := 'Staging tables are unlogged: the server emptied them when it recovered from a crash.';
            END IF;
        END IF;
    END IF;
    IF v_reason IS NOT NULL THEN
        RAISE EXCEPTION 'load %: its staging is lost', load_id USING ERRCODE = 'XG004', DETAIL = v_reason,
            HINT = format('Nothing of it reached the index. CALL exograph.abandon_load(%s), and load again.', load_id);
    END IF;
END
$$;

-- Raises 55P03 for a load whose staging somebody else holds, and names the holder; outcome is what became of it.
CREATE OR REPLACE PROCEDURE exograph_private.raise_staging_in_use(load_id integer, outcome text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_tables  oid[]   := ARRAY(SELECT c.oid FROM pg_class c
                               WHERE c.relnamespace = to_regnamespace(exograph.staging_schema(load_id)));
    v_is_dump boolean := EXISTS (SELECT FROM pg_locks l
                                 JOIN pg_stat_activity a ON a.pid = l.pid
                                 WHERE l.relation = ANY (v_tables) AND a.datname = current_database()
                                     AND a.application_name = 'pg_dump');
BEGIN
    PERFORM exograph_private.raise_lock_timeout(
        format('load %s: its staging is in use', load_id),
        format('Let the COPY or the query end or cancel it, then call again: %s.%s', outcome,
               CASE WHEN v_is_dump THEN
                   ' A pg_dump keeps what it dumps until it ends: -N ''exograph_load_*'' has it leave the staging of loads out.'
               END),
        exograph_private.lock_holders(v_tables, 'AccessExclusiveLock'));
END
$$;

-- Drops the schema of a load; with keep_maps all of it but the number-to-id maps, which then survive a crash and may be read.
-- Errors: 2BP01 where something else depends on it. By name, because DROP SCHEMA .. CASCADE would print a NOTICE that lists them
-- all; by one statement, because 45 take twice the time.
CREATE OR REPLACE PROCEDURE exograph_private.drop_staging(load_id integer, keep_maps boolean DEFAULT false)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_schema text := exograph.staging_schema(load_id);
    v_loader text := (SELECT r.rolname FROM exograph.loads l JOIN pg_roles r ON r.oid = exograph_private.owner_of_load(l)
                      WHERE l.load_id = drop_staging.load_id);
    v_kind   text;
    v_names  text;
    v_detail text;
BEGIN
    IF to_regnamespace(v_schema) IS NULL
        OR NOT EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = v_schema AND n.nspowner = current_user::regrole)
    THEN
        RETURN; -- somebody has dropped it
    END IF;
    FOR v_kind, v_names IN
        SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
               string_agg(format('%I.%I', v_schema, c.relname), ', ' ORDER BY c.relname)
        FROM pg_class c
        WHERE c.relnamespace = to_regnamespace(v_schema) AND c.relkind IN ('r', 'S')
            AND NOT (keep_maps AND starts_with(c.relname, 'map_'))
        GROUP BY c.relkind
    LOOP
        EXECUTE format('DROP %s %s', v_kind, v_names);
    END LOOP;
    FOR v_names IN
        SELECT format('%I.%I', v_schema, c.relname) FROM pg_class c
        WHERE keep_maps AND c.relnamespace = to_regnamespace(v_schema) AND c.relkind = 'r'
    LOOP
        EXECUTE format('ALTER TABLE %s SET LOGGED', v_names);
        IF v_loader IS NOT NULL THEN -- its role may be gone
            EXECUTE format('GRANT SELECT ON %s TO %I', v_names, v_loader);
        END IF;
    END LOOP;
    IF NOT keep_maps THEN
        EXECUTE format('DROP SCHEMA %I', v_schema);
    END IF;
EXCEPTION WHEN dependent_objects_still_exist THEN
    GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
    RAISE EXCEPTION 'load %: other objects depend on its staging', load_id USING ERRCODE = 'dependent_objects_still_exist',
        DETAIL = concat_ws(E'\n', v_detail, exograph_private.staging_dependents(v_schema)),
        HINT = 'Drop these objects, then call again: nothing was changed.';
END
$$;

-- Whose the objects are that depend on tables of a staging, or on their row types, for the detail of an error: views, foreign
-- keys, functions, tables that inherit or have a column of such a type.
CREATE OR REPLACE FUNCTION exograph_private.staging_dependents(schema text) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.string_agg(DISTINCT pg_catalog.format('%s belongs to role %s',
        pg_catalog.pg_describe_object(o.class, o.oid, 0), o.owner::pg_catalog.regrole), E'\n')
    FROM pg_catalog.pg_class s
    JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace AND n.nspname = staging_dependents.schema
    JOIN pg_catalog.pg_type t ON t.oid = s.reltype
    JOIN pg_catalog.pg_depend d ON d.refobjid IN (s.oid, t.oid, t.typarray)
        AND d.refclassid IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_type'::pg_catalog.regclass)
    LEFT JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid
    LEFT JOIN pg_catalog.pg_constraint k ON d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND k.oid = d.objid
    CROSS JOIN LATERAL (
        SELECT 'pg_catalog.pg_class'::pg_catalog.regclass AS class, c.oid, c.relowner AS owner
        FROM pg_catalog.pg_class c
        WHERE c.oid IN (r.ev_class, k.conrelid, CASE d.classid WHEN 'pg_catalog.pg_class'::pg_catalog.regclass THEN d.objid END)
            AND c.relkind <> 'i' AND c.relnamespace <> n.oid
        UNION ALL
        SELECT d.classid, p.oid, p.proowner
        FROM pg_catalog.pg_proc p
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = d.objid
    ) o
    WHERE d.deptype = 'n' OR d.deptype = 'a' AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
$$;
