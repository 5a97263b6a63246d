SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- A package moves by a load of the cluster that copies it to one shard and deletes it from another: both are prepared, one commit
-- decides, and what ends any other load that a crash has cut short ends this one. In exograph_cluster.loads its options have what
-- moves, and from where to where: {"move": {"ecosystem", "name", "from", "to"}}.

-- No SECURITY DEFINER and no SET: a procedure that commits can have neither, and names everything in full.
CREATE OR REPLACE PROCEDURE exograph_cluster.move_package(ecosystem text, name text, shard integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_load_id integer;
BEGIN
    COMMIT; -- fails inside of a transaction of the caller, and not after all the work
    v_load_id := exograph_cluster.begin_move(ecosystem, name, shard);
    COMMIT;
    IF v_load_id IS NOT NULL THEN
        CALL exograph_cluster.finalize_load(v_load_id);
    END IF;
END
$$;

COMMENT ON PROCEDURE exograph_cluster.move_package(text, text, integer) IS
'Moves a package, whole, to another shard: all of it is there and nothing of it where it was, or nothing has changed. It is a load
of the cluster that ends as any other (finalize_load): after an error it is open; called again it is tried again, and
abandon_load(its number) gives it up. Writers of the shard that it leaves wait from the first row to the last, for the rows go
through the coordinator, one table after the other. Terms stay where it was (exograph.sweep_terms); loads that were begun before
and have staged the package where it was are refused. Already there: no effect, and a NOTICE. Outside a transaction, for it
commits. For members of exograph_owner whose user on the shards (map_user) is one, too. Errors: XG008 (there is no such package,
or shard), those of finalize_load and of exograph.delete_package.';

CREATE OR REPLACE FUNCTION exograph_cluster.begin_move(ecosystem text, name text, shard integer) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_package exograph_cluster.packages;
    v_load_id integer;
    v_options jsonb;
BEGIN
    CALL exograph_private.require_owner('move_package', 'It deletes the package where it was.');
    CALL exograph_private.require_writable('move_package');
    CALL exograph_private.require_coordinator();
    PERFORM exograph_private.find_shard(shard), exograph_private.find_user(exograph_private.caller());
    SELECT * INTO v_package FROM exograph_cluster.packages p
    WHERE p.ecosystem = begin_move.ecosystem AND p.name = begin_move.name;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the directory has no package % of %', quote_nullable(name), quote_nullable(ecosystem)
            USING ERRCODE = 'XG008', HINT = 'TABLE exograph_cluster.packages lists them.';
    ELSIF v_package.shard = shard THEN
        RAISE NOTICE 'package % of % is on shard % already', name, ecosystem, shard;
        RETURN NULL;
    END IF;
    PERFORM exograph_private.find_shard(v_package.shard);
    v_options := jsonb_build_object('move', jsonb_build_object(
        'ecosystem', ecosystem, 'name', name, 'from', v_package.shard, 'to', shard));
    SELECT l.id INTO v_load_id FROM exograph_cluster.loads l
    WHERE l.state = 'open' AND l.who = exograph_private.caller() AND l.options = v_options
    ORDER BY l.id LIMIT 1;
    IF NOT FOUND THEN
        INSERT INTO exograph_cluster.loads (label, who, options)
        VALUES (left(format('move %s of %s from shard %s to %s', name, ecosystem, v_package.shard, shard), 400),
                exograph_private.caller(), v_options)
        RETURNING id INTO v_load_id;
        INSERT INTO exograph_cluster.load_shards (load_id, shard) VALUES (v_load_id, v_package.shard), (v_load_id, shard);
    END IF;
    RETURN v_load_id;
END
$$;

COMMENT ON FUNCTION exograph_cluster.begin_move(text, text, integer) IS
'For move_package: enters the load that moves a package, and returns its number; that of an open one where it was tried before;
NULL where the package is there already. Errors: XG008, 25006, 42501, 55000 (detached).';

-- What a load of the cluster moves. NULL where it is an ordinary one.
CREATE OR REPLACE FUNCTION exograph_private.move_of(
    load exograph_cluster.loads, OUT ecosystem text, OUT name text, OUT source integer, OUT target integer
)
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT m.ecosystem, m.name, m."from", m."to"
    FROM pg_catalog.jsonb_to_record(load.options -> 'move') AS m (ecosystem text, name text, "from" integer, "to" integer)
$$;

-- Deletes the package of a move on its shard, and copies it to a load on the other, both in transactions that are left open on
-- the links of the role. What is copied cannot change: from its deletion on nobody writes there, and who reads sees it still.
CREATE OR REPLACE PROCEDURE exograph_private.copy_package(load exograph_cluster.loads)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_begin   CONSTANT text                    := 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE';
    v_move    CONSTANT record                  := exograph_private.move_of(load);
    v_source  CONSTANT exograph_cluster.shards := exograph_private.find_shard(v_move.source);
    v_target  CONSTANT exograph_cluster.shards := exograph_private.find_shard(v_move.target);
    v_deleter CONSTANT text                    := exograph_private.link_name('user', v_move.source);
    v_writer  CONSTANT text                    := exograph_private.link_name('user', v_move.target);
    v_reader  text;
    v_package text;
    v_load_id integer;
    v_table   text;
BEGIN
    PERFORM exograph_private.ask_link(v_deleter, v_source, v_begin);
    PERFORM exograph_private.ask_link(v_deleter, v_source, format(
        'SELECT count(*) FROM exograph.delete_package(%L, %L)', v_move.ecosystem, v_move.name), '1 h');
    v_reader := exograph_private.open_reader_link(v_source);
    PERFORM exograph_private.ask_link(v_reader, v_source, 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    v_package := exograph_private.ask_link(v_reader, v_source, format(
        'SELECT p.id FROM exograph.packages p WHERE p.ecosystem = %L AND p.name = %L', v_move.ecosystem, v_move.name));
    PERFORM exograph_private.ask_link(v_writer, v_target, v_begin);
    v_load_id := exograph_private.ask_link(v_writer, v_target, format(
        'SELECT exograph.begin_load(%L, complete => %L)', format('%s (load %s of the cluster)', load.label, load.id),
        exograph_private.ask_link(v_reader, v_source, exograph_private.complete_query(v_package))));
    IF v_package IS NOT NULL THEN -- it may be placed and not be loaded yet
        FOR v_table IN
            SELECT c.table_name FROM exograph.staging_columns c WHERE c.kind <> 'pair'
            GROUP BY c.table_name, c.table_position ORDER BY c.table_position
        LOOP
            CALL exograph_private.copy_rows(v_reader, v_source, v_writer, v_target, v_load_id, v_table, v_package);
        END LOOP;
    END IF;
    CALL exograph_private.close_link(v_reader);
    UPDATE exograph_cluster.load_shards s SET shard_load = v_load_id WHERE s.load_id = load.id AND s.shard = v_move.target;
END
$$;

-- A query for the tables that all files of a package have declared complete.
CREATE OR REPLACE FUNCTION exograph_private.complete_query(package text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.format('
    SELECT pg_catalog.array_agg(t.name)
    FROM (SELECT u.name
          FROM exograph.complete_facts c
          JOIN exograph.files f ON f.id = c.file_id
          CROSS JOIN LATERAL pg_catalog.unnest(c.tables) AS u (name)
          WHERE f.package_id = %1$L
          GROUP BY u.name
          HAVING count(DISTINCT f.id) = (SELECT count(*) FROM exograph.files g WHERE g.package_id = %1$L)) t', package)
$$;

-- Copies the rows of a package from a table of one shard into the staging of a load on another, which numbers them by the ids
-- that they have there. 500 at a time; files, which may be large, 20.
CREATE OR REPLACE PROCEDURE exograph_private.copy_rows(
    reader text, source exograph_cluster.shards, writer text, target exograph_cluster.shards, load_id integer, table_name text,
    package text
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_columns CONSTANT text := (SELECT string_agg(quote_ident(c.column_name), ', ' ORDER BY c.column_position)
                                FROM exograph.staging_columns c WHERE c.table_name = copy_rows.table_name);
    v_insert  CONSTANT text := format('INSERT INTO %1$I.%2$I (%3$s) SELECT %3$s FROM json_populate_recordset(NULL::%1$I.%2$I, ',
                                      exograph.staging_schema(load_id), 'staged_' || table_name, v_columns);
    v_step    CONSTANT integer := CASE table_name WHEN 'files' THEN 20 ELSE 500 END;
    v_rows    text;
    v_count   integer := v_step;
BEGIN
    PERFORM exograph_private.ask_link(reader, source, format(
        'DECLARE package_rows NO SCROLL CURSOR FOR SELECT row_to_json(q) FROM (%s) q',
        exograph_private.rows_of_package(table_name, v_columns, package)));
    WHILE v_count = v_step LOOP
        SELECT '[' || string_agg(a, ',') || ']', count(*) INTO v_rows, v_count
        FROM exograph_private.ask_rows(reader, source, format('FETCH %s FROM package_rows', v_step), '5 min') a;
        IF v_count > 0 THEN
            PERFORM exograph_private.ask_link(writer, target, format('%s%L)', v_insert, v_rows), '5 min');
        END IF;
    END LOOP;
    PERFORM exograph_private.ask_link(reader, source, 'CLOSE package_rows');
END
$$;

-- A query for the rows of a package in a table, as they are staged. A file is a row for each of its paths: the first has its id,
-- to which facts refer; the others have numbers behind all ids.
CREATE OR REPLACE FUNCTION exograph_private.rows_of_package(table_name text, columns text, package text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT pg_catalog.format(CASE table_name
        WHEN 'packages' THEN 'SELECT %1$s FROM exograph.packages WHERE id = %2$L'
        WHEN 'files' THEN '
            SELECT %1$s FROM exograph.files WHERE package_id = %2$L
            UNION ALL
            SELECT %1$s
            FROM (SELECT (SELECT max(l.id) FROM exograph.files l) + row_number() OVER () AS id, a.path, f.package_id,
                         f.package_version_id, f.source, f.comments_text, f.sha256
                  FROM exograph.files f
                  JOIN exograph.file_paths a ON a.file_id = f.id AND a.path <> f.path
                  WHERE f.package_id = %2$L) o'
        WHEN 'terms' THEN '
            SELECT %1$s FROM exograph.terms
            WHERE id IN (SELECT unnest(s.term_ids) FROM exograph.fragment_term_sets s
                         JOIN exograph.fragments g ON g.id = s.fragment_id AND g.package_id = %2$L)'
        WHEN 'fragment_term_sets' THEN '
            SELECT %1$s FROM exograph.fragment_term_sets
            WHERE fragment_id IN (SELECT g.id FROM exograph.fragments g WHERE g.package_id = %2$L)'
        ELSE 'SELECT %1$s FROM exograph.%3$I WHERE package_id = %2$L' END, columns, package, table_name)
$$;

-- Refuses a load that has staged, on a shard, a package that has moved away since the load was begun: it would be on two. The
-- links of the role are open. Errors: 55000.
CREATE OR REPLACE PROCEDURE exograph_private.refuse_moved(load exograph_cluster.loads)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_moved jsonb;
    v_part  exograph_cluster.load_shards;
    v_name  text;
BEGIN
    SELECT jsonb_agg(p) INTO v_moved
    FROM exograph_cluster.packages p
    JOIN exograph_cluster.loads m ON m.id = p.load_id AND m.id > load.id AND m.options ? 'move';
    IF v_moved IS NULL OR load.options ? 'move' THEN
        RETURN;
    END IF;
    FOR v_part IN SELECT * FROM exograph_cluster.load_shards s WHERE s.load_id = load.id ORDER BY s.shard LOOP
        v_name := exograph_private.ask_link(
            exograph_private.link_name('user', v_part.shard), exograph_private.find_shard(v_part.shard), format(
                'SELECT min(format(''%%s of %%s, to shard %%s'', m.name, m.ecosystem, m.shard))
                 FROM jsonb_to_recordset(%L) AS m (ecosystem text, name text, shard integer)
                 JOIN %I.staged_packages s ON s.ecosystem = m.ecosystem AND s.name = m.name
                 WHERE m.shard <> %s', v_moved, exograph.staging_schema(v_part.shard_load), v_part.shard));
        IF v_name IS NOT NULL THEN
            RAISE EXCEPTION 'a package has moved since load % of the cluster was begun: %', load.id, v_name
                USING ERRCODE = 'object_not_in_prerequisite_state',
                    HINT = format('CALL exograph_cluster.abandon_load(%s), and load it again.', load.id);
        END IF;
    END LOOP;
END
$$;
