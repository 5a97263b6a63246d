SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_cluster.add_shard(
    name            text,
    hosts           text,
    port            text,
    dbname          text,
    reader          text,
    reader_password text,
    owner           text,
    owner_password  text,
    number          integer DEFAULT NULL,
    capacity_bytes  bigint  DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_logged text := exograph_private.hide_statement();
    v_number integer;
BEGIN
    CALL exograph_private.require_extensions();
    v_number := exograph_private.enter_shard(name, hosts, port, dbname, reader, reader_password, owner, owner_password, number,
                                             capacity_bytes);
    IF v_logged IS NOT NULL THEN
        PERFORM set_config('log_min_error_statement', v_logged, true);
    END IF;
    RETURN v_number;
END
$$;

COMMENT ON FUNCTION exograph_cluster.add_shard(text, text, text, text, text, text, text, text, integer, bigint) IS
'Makes an index a shard of the cluster that this one coordinates, attached, and returns its number; its packages enter the
directory. hosts, port: as libpq takes them, primary and standbys separated by commas. reader: a role there of exograph_reader,
as which facts are read; its password is kept in a foreign server that only exograph_owner may use. owner: a role there that is a
member of exograph_owner, for this call alone. number: NULL is the next free one. capacity_bytes: how large its database may
become, for place; NULL is without limit. The first shard is the home of rows without a package. Shards are reached by password.
The first call is for a superuser: it makes extensions postgres_fdw and dblink; later ones are for members of exograph_owner, too.
Errors: XG008, XG013 (dblink lies elsewhere), 08001, 42501, 55000 (another version, max_prepared_transactions is 0, a shard
already), 55P03, 23505 (a package is on another shard).';

-- Makes the extensions, where they are not, and lets the owner make servers. Errors: XG013, 0A000, 42501.
CREATE OR REPLACE PROCEDURE exograph_private.require_extensions()
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_name   text;
    v_schema text;
BEGIN
    FOREACH v_name IN ARRAY ARRAY['dblink', 'postgres_fdw'] LOOP
        v_schema := (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = v_name);
        IF v_name = 'dblink' AND v_schema <> 'exograph_dblink' THEN
            RAISE EXCEPTION 'extension dblink lies in schema %', quote_ident(v_schema) USING ERRCODE = 'XG013',
                DETAIL = 'Who can call it in a session can use the connections that exograph_cluster opens there.',
                HINT = 'ALTER EXTENSION dblink SET SCHEMA exograph_dblink; what else uses it needs another database.';
        ELSIF v_schema IS NULL AND NOT EXISTS (SELECT FROM pg_available_extensions a WHERE a.name = v_name) THEN
            RAISE EXCEPTION 'this server does not have extension %', v_name USING ERRCODE = 'feature_not_supported',
                HINT = 'It is one of the contrib modules of PostgreSQL: install the package that holds them '
                       '(postgresql-contrib), then call again.';
        ELSIF v_schema IS NULL THEN
            EXECUTE format('CREATE EXTENSION %I SCHEMA exograph_dblink', v_name);
        END IF;
    END LOOP;
    IF NOT has_foreign_data_wrapper_privilege('exograph_owner', 'postgres_fdw', 'USAGE') THEN
        GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO exograph_owner;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE EXCEPTION 'role % may not install what a coordinator needs: %', quote_ident(current_user), SQLERRM
        USING ERRCODE = 'insufficient_privilege',
            HINT = 'Have a superuser add the first shard, or run: CREATE EXTENSION dblink SCHEMA exograph_dblink; '
                   'CREATE EXTENSION postgres_fdw SCHEMA exograph_dblink; '
                   'GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO exograph_owner;';
END
$$;

-- add_shard, once the extensions are there.
CREATE OR REPLACE FUNCTION exograph_private.enter_shard(
    name text, hosts text, port text, dbname text, reader text, reader_password text, owner text, owner_password text,
    number integer, capacity_bytes bigint
) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_shard   exograph_cluster.shards;
    v_cluster uuid;
    v_number  integer;
BEGIN
    CALL exograph_private.require_owner('add_shard', 'It decides where packages go.');
    CALL exograph_private.check_shard_arguments(name, hosts, port, dbname, reader, reader_password, owner, owner_password, number,
                                                capacity_bytes);
    CALL exograph_private.lock_cluster('add_shard');
    UPDATE exograph_cluster.cluster c SET id = gen_random_uuid() WHERE c.id IS NULL;
    v_cluster := (SELECT c.id FROM exograph_cluster.cluster c);
    v_number := coalesce(number, (SELECT coalesce(max(s.number), 0) + 1 FROM exograph_cluster.shards s));
    INSERT INTO exograph_cluster.shards (number, name, server, hosts, port, dbname, home, capacity_bytes, added_by)
    VALUES (v_number, enter_shard.name, 'exograph_shard_' || v_number, enter_shard.hosts, enter_shard.port, enter_shard.dbname,
            NOT EXISTS (SELECT FROM exograph_cluster.shards s WHERE s.home), enter_shard.capacity_bytes,
            exograph_private.caller())
    RETURNING * INTO v_shard;
    CALL exograph_private.claim_shard(v_shard, v_cluster, owner, owner_password);
    CALL exograph_private.make_server(v_shard.server, v_shard, reader, reader_password, commands => false);
    CALL exograph_private.copy_users(v_shard);
    CALL exograph_private.enter_packages(v_shard);
    PERFORM exograph_cluster.attach_tables(v_number);
    RETURN v_number;
END
$$;

-- Errors: XG008.
CREATE OR REPLACE PROCEDURE exograph_private.check_shard_arguments(
    name text, hosts text, port text, dbname text, reader text, reader_password text, owner text, owner_password text,
    number integer, capacity_bytes bigint
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_missing text := (
        SELECT string_agg(a.name, ', ')
        FROM (VALUES ('name', name), ('hosts', hosts), ('port', port), ('dbname', dbname), ('reader', reader),
                     ('reader_password', reader_password), ('owner', owner), ('owner_password', owner_password))
            AS a (name, value)
        WHERE coalesce(a.value, '') = '');
BEGIN
    IF v_missing IS NOT NULL THEN
        RAISE EXCEPTION 'a shard needs %', v_missing USING ERRCODE = 'XG008',
            HINT = 'It is reached by password; \df+ exograph_cluster.add_shard tells what each is.';
    ELSIF number < 1 THEN
        RAISE EXCEPTION 'the number of a shard is 1 or more, not %', number USING ERRCODE = 'XG008',
            HINT = 'NULL is the next free one.';
    ELSIF capacity_bytes < 1 THEN
        RAISE EXCEPTION 'the capacity of a shard is 1 byte or more, not %', capacity_bytes USING ERRCODE = 'XG008',
            HINT = 'NULL is without limit.';
    END IF;
    IF EXISTS (SELECT FROM exograph_cluster.shards s WHERE s.number = check_shard_arguments.number
                                                         OR s.name = check_shard_arguments.name) THEN
        RAISE EXCEPTION 'there is a shard % (%) already', (SELECT s.number FROM exograph_cluster.shards s
                                                           WHERE s.number = check_shard_arguments.number
                                                               OR s.name = check_shard_arguments.name LIMIT 1), name
            USING ERRCODE = 'XG008', HINT = 'TABLE exograph_cluster.shards lists them.';
    END IF;
END
$$;

-- Has an index become a shard. Where the transaction fails afterwards, it is one all the same, and can be added again.
CREATE OR REPLACE PROCEDURE exograph_private.claim_shard(
    shard exograph_cluster.shards, cluster uuid, owner text, owner_password text
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_server CONSTANT text := format('exograph_shard_%s_owner', shard.number);
    v_link   CONSTANT text := 'exograph_owner_' || shard.number;
BEGIN
    CALL exograph_private.make_server(v_server, shard, owner, owner_password, commands => true);
    CALL exograph_private.open_link(v_link, shard, v_server);
    CALL exograph_private.require_fit_shard(v_link, shard, is_new => true);
    PERFORM exograph_private.ask_link(v_link, shard,
                                      format('SELECT exograph_private.become_shard(%s, %L)', shard.number, cluster));
    CALL exograph_private.close_link(v_link);
    CALL exograph_private.drop_server(v_server);
END
$$;

-- Who works on the other shards works on a new one, by the same password.
CREATE OR REPLACE PROCEDURE exograph_private.copy_users(shard exograph_cluster.shards)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_user     record;
    v_password text;
BEGIN
    FOR v_user IN SELECT u.id, u.remote_user FROM exograph_cluster.users u LOOP
        SELECT o.option_value INTO v_password
        FROM exograph_cluster.shards s
        JOIN pg_user_mappings m ON m.srvname = exograph_private.user_server(s.number, v_user.id)
        CROSS JOIN LATERAL pg_options_to_table(m.umoptions) o
        WHERE s.number <> shard.number AND o.option_name = 'password'
        LIMIT 1;
        CALL exograph_private.make_server(exograph_private.user_server(shard.number, v_user.id), shard, v_user.remote_user,
                                          v_password, commands => true);
    END LOOP;
END
$$;

-- Enters the packages of a shard in the directory. Errors: 23505, another shard has one of them.
CREATE OR REPLACE PROCEDURE exograph_private.enter_packages(shard exograph_cluster.shards)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_link    text := exograph_private.open_reader_link(shard);
    v_package exograph_cluster.packages;
BEGIN
    WITH there AS (
        SELECT p::text[] AS package
        FROM exograph_private.ask_rows(
            v_link, shard, 'SELECT ARRAY[p.ecosystem, p.name]::text FROM exograph.packages p', '10 min') p
    ), entered AS (
        INSERT INTO exograph_cluster.packages AS d (ecosystem, name, shard)
        SELECT t.package[1], t.package[2], enter_packages.shard.number FROM there t
        -- Changes nothing, and gives back the row that is in the way.
        ON CONFLICT ON CONSTRAINT packages_pkey DO UPDATE SET shard = d.shard WHERE d.shard <> excluded.shard
        RETURNING d.*
    )
    SELECT e.* INTO v_package FROM entered e WHERE e.shard <> enter_packages.shard.number LIMIT 1;
    CALL exograph_private.close_link(v_link);
    IF v_package.name IS NOT NULL THEN
        RAISE EXCEPTION 'shard % (%) has package % of %, which is on shard %', shard.number, shard.name, v_package.name,
                v_package.ecosystem, v_package.shard
            USING ERRCODE = 'unique_violation', HINT = 'A package is on one shard: delete it on one of the two.';
    END IF;
END
$$;
