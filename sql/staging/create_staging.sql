-- AS TABLE .. WITH NO DATA mirrors columns, types and collations and nothing else: no NOT NULL, so that a missing value is
-- a reject with a reason instead of a failed COPY. Staging is UNLOGGED: a crash empties it, and the token with it.
CREATE OR REPLACE PROCEDURE exograph.create_staging(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_schema  text := exograph.staging_schema(load_id);
    v_loader  text := exograph.caller();
    v_table   text;
    v_columns text;
BEGIN
    -- Installing grants it, but neither CREATE DATABASE .. TEMPLATE nor a restore under another name takes it along.
    IF NOT has_database_privilege(current_user, current_database(), 'CREATE') THEN
        RAISE EXCEPTION 'role % may not create schemas in database %', quote_ident(current_user), quote_ident(current_database())
            USING ERRCODE = 'insufficient_privilege',
                HINT = format('Have the owner of the database run: GRANT CREATE ON DATABASE %I TO %I;',
                              current_database(), current_user);
    END IF;
    EXECUTE format('CREATE SCHEMA %I', v_schema);
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', v_schema, v_loader);
    FOR v_table, v_columns IN
        SELECT c.table_name, string_agg(format('%I', c.column_name), ', ')
        FROM exograph.staging_columns c
        GROUP BY c.table_name
    LOOP
        EXECUTE format('CREATE UNLOGGED TABLE %I.%I WITH (autovacuum_enabled = false) AS TABLE exograph.%I WITH NO DATA',
                       v_schema, 'staged_' || v_table, v_table);
        EXECUTE format('ALTER TABLE %I.%I ALTER COLUMN load_id SET DEFAULT %s', v_schema, 'staged_' || v_table, load_id);
        -- Not load_id: whose rows they are is not for the loader to say.
        EXECUTE format('GRANT SELECT, DELETE, TRUNCATE, INSERT (%s), UPDATE (%s) ON %I.%I TO %I',
                       v_columns, v_columns, v_schema, 'staged_' || v_table, v_loader);
    END LOOP;
    EXECUTE format('CREATE UNLOGGED TABLE %I.staging_token AS SELECT %s AS load_id', v_schema, load_id);
END
$$;

ALTER PROCEDURE exograph.create_staging(integer) OWNER TO exograph_owner;
COMMENT ON PROCEDURE exograph.create_staging(integer) IS
    'Makes the schema of a load: staging tables that mirror the index tables, and the token that tells crash-emptied from '
    'empty. Errors: 42501.';
REVOKE ALL ON PROCEDURE exograph.create_staging(integer) FROM PUBLIC;
