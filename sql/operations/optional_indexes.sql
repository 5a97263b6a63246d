SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- The indexes that a DBA may want, or not: exograph.add_text_indexes and exograph.add_similarity_index make them.
CREATE OR REPLACE VIEW exograph_private.optional_indexes AS
SELECT t.purpose, t.index_name, t.table_name, t.column_name, to_regclass('exograph.' || t.index_name) AS index,
       EXISTS (SELECT FROM exograph.deferred_indexes d WHERE d.index_name = t.index_name) AS is_deferred
FROM (VALUES ('text', 'comments_text_trgm', 'comments', 'text'), ('text', 'files_source_trgm', 'files', 'source'),
             ('similarity', 'fragments_sub_hashes', 'fragments', 'sub_hashes'))
    AS t (purpose, index_name, table_name, column_name);

-- Builds those of a purpose that are not there, for the public call of that name. Errors: XG007, XG013, 0A000, 25006, 42501,
-- 55P03.
CREATE OR REPLACE PROCEDURE exograph_private.add_optional_indexes(call text, purpose text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_settings jsonb := exograph_private.take_settings();
    v_class    text := 'array_ops';
    v_index    exograph_private.optional_indexes;
BEGIN
    CALL exograph_private.require_fit_transaction(call);
    IF purpose = 'text' THEN
        v_class := exograph_private.trigram_class();
    END IF;
    CALL exograph_private.lock_index(call);
    FOR v_index IN
        SELECT * FROM exograph_private.optional_indexes t
        WHERE t.purpose = add_optional_indexes.purpose AND t.index IS NULL AND NOT t.is_deferred
    LOOP
        RAISE NOTICE 'building exograph.%', v_index.index_name;
        -- Of a partitioned table, on all partitions; loads make it on theirs as they make the others.
        EXECUTE format('CREATE INDEX %I ON exograph.%I USING gin (%I %s)',
                       v_index.index_name, v_index.table_name, v_index.column_name, v_class);
    END LOOP;
    CALL exograph_private.restore_settings(v_settings);
END
$$;

-- Drops them, for the public call of that name. Errors: XG007, 25006, 42501, 55P03.
CREATE OR REPLACE PROCEDURE exograph_private.drop_optional_indexes(call text, purpose text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_settings jsonb := exograph_private.take_settings();
    v_tables   text[];
    v_index    regclass;
BEGIN
    CALL exograph_private.require_fit_transaction(call);
    CALL exograph_private.lock_index(call);
    DELETE FROM exograph.deferred_indexes d
    WHERE d.index_name IN (SELECT t.index_name FROM exograph_private.optional_indexes t
                           WHERE t.purpose = drop_optional_indexes.purpose);
    v_tables := ARRAY(SELECT t.table_name FROM exograph_private.optional_indexes t
                      WHERE t.purpose = drop_optional_indexes.purpose AND t.index IS NOT NULL ORDER BY t.table_name DESC);
    IF v_tables <> '{}' THEN
        CALL exograph_private.lock_readers_out(call, v_tables, '.');
        FOR v_index IN SELECT t.index FROM exograph_private.optional_indexes t
                       WHERE t.purpose = drop_optional_indexes.purpose AND t.index IS NOT NULL
        LOOP
            EXECUTE format('DROP INDEX %s', v_index);
        END LOOP;
    END IF;
    CALL exograph_private.restore_settings(v_settings);
END
$$;

-- The operator class of pg_trgm for GIN, with its schema; installs the extension where it is not. Errors: 0A000, 42501, XG013.
-- Asked of what belongs to the extension: a class of that name can be anybody's.
CREATE OR REPLACE FUNCTION exograph_private.trigram_class() RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_schema name;
    v_class  name;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_trgm') THEN
        CALL exograph_private.install_trigrams();
    END IF;
    SELECT n.nspname, c.opcname INTO v_schema, v_class
    FROM pg_extension e
    JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
        AND d.classid = 'pg_opclass'::regclass AND d.deptype = 'e'
    JOIN pg_opclass c ON c.oid = d.objid
    JOIN pg_namespace n ON n.oid = c.opcnamespace
    WHERE e.extname = 'pg_trgm' AND c.opcname = 'gin_trgm_ops';
    IF NOT has_schema_privilege(v_schema, 'USAGE') THEN
        RAISE EXCEPTION 'role % may not use schema %, which extension pg_trgm is in',
            quote_ident(current_user), quote_ident(v_schema)
            USING ERRCODE = 'insufficient_privilege',
                HINT = format('Have its owner run: GRANT USAGE ON SCHEMA %I TO %I;', v_schema, current_user);
    END IF;
    RETURN format('%I.%I', v_schema, v_class);
END
$$;

-- Installs pg_trgm in a schema of its own: its functions and operators would be many beside ours. It is a trusted extension: who
-- may create in the database may have it. Errors: 0A000, 42501, XG013.
CREATE OR REPLACE PROCEDURE exograph_private.install_trigrams()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_available_extensions a WHERE a.name = 'pg_trgm') THEN
        RAISE EXCEPTION 'this server does not have extension pg_trgm' USING ERRCODE = 'feature_not_supported',
            HINT = 'It is one of the contrib modules of PostgreSQL: install the package that holds them (postgresql-contrib), '
                   'then call again.';
    ELSIF EXISTS (SELECT FROM pg_namespace n WHERE n.nspname = 'exograph_trgm' AND n.nspowner <> current_user::regrole) THEN
        RAISE EXCEPTION 'schema exograph_trgm belongs to role %', (SELECT n.nspowner::regrole FROM pg_namespace n
                                                                  WHERE n.nspname = 'exograph_trgm') USING ERRCODE = 'XG013',
            HINT = 'Have it dropped or renamed, or run CREATE EXTENSION pg_trgm in another schema, then call again.';
    END IF;
    CREATE SCHEMA IF NOT EXISTS exograph_trgm;
    CREATE EXTENSION pg_trgm SCHEMA exograph_trgm;
    GRANT USAGE ON SCHEMA exograph_trgm TO exograph_loader, exograph_reader;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'role % may not install extension pg_trgm: %', quote_ident(current_user), SQLERRM
        USING ERRCODE = 'insufficient_privilege', HINT = 'Have a superuser run CREATE EXTENSION pg_trgm, then call again.';
END
$$;
