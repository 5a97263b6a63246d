-- Columns, types and collations of the index table and nothing else: no NOT NULL, so that a missing value is a reject with a
-- reason instead of a failed COPY. They come from the catalog: AS TABLE .. WITH NO DATA would lock the index tables until the
-- caller's transaction ends, and keep merge_partitions waiting. Staging is UNLOGGED: a crash empties it, and the token with it.
-- Facts that may become a partition as they stand are LOGGED: WAL is written once, a page at a time, by COPY. Of these the one
-- table that has only required columns, fragment_terms, gets from the start what ATTACH demands of load_id, which no row can
-- break; its numbers get theirs with the indexes.
CREATE OR REPLACE PROCEDURE exograph.create_staging(load_id integer, logged_facts boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_schema  text := exograph.staging_schema(load_id);
    v_loader  text := exograph.caller();
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
        SELECT c.table_name, string_agg(format('%I', c.column_name), ', '), exograph.column_definitions(c.table_name),
               bool_or(c.identity), bool_and(c.required)
        FROM exograph.staging_columns c
        GROUP BY c.table_name
    LOOP
        EXECUTE format('CREATE %s TABLE %I.%I (%s) WITH (autovacuum_enabled = false) %s',
                       CASE WHEN logged_facts AND v_is_fact THEN '' ELSE 'UNLOGGED' END, v_schema, 'staged_' || v_table,
                       v_mirror,
                       CASE WHEN logged_facts AND v_is_fact
                           THEN exograph.tablespace_clause(format('exograph.%I', v_table)::regclass) END);
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
        FOR v_table IN SELECT c.table_name FROM exograph.staging_columns c WHERE c.column_name = 'id' LOOP
            EXECUTE format('CREATE SEQUENCE %I.%I', v_schema, 'taken_' || v_table);
        END LOOP;
    END IF;
    EXECUTE format('CREATE SEQUENCE %I.verified_seal MINVALUE %s', v_schema, x'8000000000000000'::bigint);
    EXECUTE format('CREATE UNLOGGED TABLE %I.staging_token AS SELECT %s AS load_id', v_schema, load_id);
END
$$;

ALTER PROCEDURE exograph.create_staging(integer, boolean) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.create_staging(integer, boolean) IS
    'Makes the schema of a load: staging tables that mirror the index tables, those of facts LOGGED if asked for; what '
    'resolve_terms notes; sequences, which outlive a rollback, to remember that the seal was verified, and which ids an attempt '
    'to finalize took; and the token that tells crash-emptied from empty. '
    'Errors: 42501, 42P06.';
REVOKE ALL ON PROCEDURE exograph.create_staging(integer, boolean) FROM PUBLIC;
