SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- mode => 'replace': for the staged files that exist, the rows of the tables that the load brings give way to what it brings.
-- Facts go. Fragments and nodes go unless their key is brought again; then they keep their id, since other files refer to them,
-- and take the rest and the load. After that the load goes on as any other: what it does not find, it adds.

-- Fails a load that may not replace what it would, or left out what files_lacking told it would stay. Errors: XG011, 42501.
-- Called when it is known what is staged, and before anything is locked.
CREATE OR REPLACE PROCEDURE exograph_private.check_replacing(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_tables text[];
    v_files  bigint := 0;
BEGIN
    IF load.mode <> 'replace' THEN
        RETURN;
    END IF;
    v_tables := exograph_private.replaced_tables(load);
    CALL exograph_private.require_replacing(v_tables);
    IF to_regclass(format('%I.answered_files', current_schema())) IS NOT NULL THEN
        SELECT count(*) INTO v_files FROM answered_files t WHERE t.tables && v_tables;
    END IF;
    IF v_files > 0 THEN
        RAISE EXCEPTION 'load %: of % file(s), facts that were told to exist would be replaced by none', load.load_id, v_files
            USING ERRCODE = 'XG011', DETAIL = 'files_lacking told that they need not be sent.',
                HINT = 'Finalize with mode => ''union'', or begin the load with mode => ''replace'': then nothing is told so.';
    END IF;
END
$$;

-- The tables of which a load replaces rows: those that it brings a valid row of, or declares complete.
CREATE OR REPLACE FUNCTION exograph_private.replaced_tables(load exograph_private.load) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN ARRAY(
        SELECT n.name
        FROM unnest(exograph.complete_tables()) WITH ORDINALITY AS n (name, position)
        JOIN exograph.load_tables t ON t.load_id = load.load_id AND t.table_name = n.name
        WHERE t.staged > t.rejected OR n.name = ANY (load.complete)
        ORDER BY n.position);
END
$$;

-- Whether no staged fact of a table can exist any more, but in the load. A call may be of a file that is not staged.
CREATE OR REPLACE FUNCTION exograph_private.has_replaced(load exograph_private.load, table_name text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN load.mode = 'replace' AND table_name <> 'call_edges'
       AND table_name = ANY (exograph_private.replaced_tables(load));
END
$$;

-- Refuses a caller who may not delete from all of these tables. Errors: 42501.
CREATE OR REPLACE PROCEDURE exograph_private.require_replacing(tables text[])
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_lacking text := (
        SELECT string_agg(n.place, ', ' ORDER BY n.position)
        FROM (SELECT 'exograph.' || replace(t.name, 'fragment_terms', 'fragment_term_sets'), t.position
              FROM unnest(tables) WITH ORDINALITY AS t (name, position)) AS n (place, position)
        WHERE NOT has_table_privilege(exograph_private.caller(), n.place, 'DELETE'));
BEGIN
    IF v_lacking IS NOT NULL AND NOT pg_has_role(exograph_private.caller(), 'exograph_owner', 'MEMBER') THEN
        RAISE EXCEPTION 'mode ''replace'' takes DELETE on %, which role % does not have',
            v_lacking, quote_ident(exograph_private.caller())
            USING ERRCODE = 'insufficient_privilege',
                HINT = format('GRANT DELETE ON %s TO %I gives that right; mode => ''union'' needs none.', v_lacking,
                              exograph_private.caller());
    END IF;
END
$$;

-- The same when nothing is staged yet: of the tables that are declared complete or, where there are none, one table will do.
-- Errors: 42501.
CREATE OR REPLACE PROCEDURE exograph_private.require_replacing_any(complete text[])
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.require_replacing(complete);
    IF NOT EXISTS (SELECT FROM unnest(exograph.complete_tables() || '{fragment_term_sets}') AS t (name)
                   WHERE has_table_privilege(exograph_private.caller(), format('exograph.%I', t.name), 'DELETE'))
    THEN
        CALL exograph_private.require_replacing(exograph.complete_tables());
    END IF;
END
$$;

-- Removes what gives way, and writes over the fragments that the load brings again and the comments_text of its files. Comes
-- after the files, which it must know, and before the fragments: those that it removes are not found by the merge. Errors: 53200
-- (no locks are left for so many partitions).
CREATE OR REPLACE PROCEDURE exograph_private.replace_rows(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_tables   text[];
    v_replaced exograph_private.gone;
    v_gone     exograph_private.gone;
    v_fact     text;
    v_hint     text;
BEGIN
    IF load.mode <> 'replace' THEN
        RETURN;
    END IF;
    CALL exograph_private.start_phase(load.load_id, 'replace');
    v_tables := exograph_private.replaced_tables(load);
    CREATE UNLOGGED TABLE kept_fragments (id bigint PRIMARY KEY, number bigint, load_id integer);
    CREATE UNLOGGED TABLE kept_graph_nodes (id bigint PRIMARY KEY, number bigint, load_id integer);
    v_replaced := exograph_private.find_replaced(v_tables);
    CALL exograph_private.replace_comments_text(load, v_tables);

    UPDATE exograph.complete_facts c
    SET tables = ARRAY(SELECT t.name FROM unnest(c.tables) AS t (name) WHERE t.name <> ALL (v_tables))
    WHERE c.file_id = ANY (v_replaced.files) AND c.tables && v_tables;
    CALL exograph_private.begin_removing(); -- the triggers that would do this leave it to this
    FOREACH v_fact IN ARRAY v_tables LOOP
        CASE v_fact
            WHEN 'fragments' THEN
                v_gone.fragments := exograph_private.find_replaced_fragments(load, v_replaced.fragments);
            WHEN 'graph_nodes' THEN
                v_gone.graph_nodes := exograph_private.find_replaced_graph_nodes(load, v_replaced.graph_nodes);
            WHEN 'fragment_terms' THEN
                CALL exograph_private.start_phase(load.load_id, 'replace', v_fact);
                PERFORM exograph_private.count_replaced(
                    load, v_fact, exograph_private.remove_term_sets(v_replaced.fragments));
            ELSE
                CALL exograph_private.replace_facts(load, v_fact, v_replaced);
        END CASE;
    END LOOP;
    CALL exograph_private.start_phase(load.load_id, 'replace');
    -- Fragments and nodes have been counted with those that stay.
    PERFORM exograph_private.count_replaced(load, g.table_name, g.deleted)
    FROM exograph_private.remove_gone(v_gone) g
    WHERE g.table_name NOT IN ('fragments', 'graph_nodes');
    CALL exograph_private.end_removing();
    CALL exograph_private.replace_fragments(load);
EXCEPTION WHEN out_of_memory THEN
    GET STACKED DIAGNOSTICS v_hint = PG_EXCEPTION_HINT;
    CALL exograph_private.raise_out_of_locks(format('load %s: replace', load.load_id), SQLERRM, v_hint);
    RAISE;
END
$$;

-- The files whose rows give way, with their fragments and nodes as far as they are needed.
CREATE OR REPLACE FUNCTION exograph_private.find_replaced(tables text[]) RETURNS exograph_private.gone
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_replaced exograph_private.gone;
BEGIN
    v_replaced.files := ARRAY(SELECT DISTINCT m.id FROM map_files m WHERE NOT m.inserted ORDER BY 1);
    IF tables && '{fragments,fragment_terms}' THEN
        v_replaced.fragments := exograph_private.ids_on('fragments', 'file_id', v_replaced.files);
    END IF;
    IF tables && '{graph_nodes,call_edges}' THEN
        v_replaced.graph_nodes := exograph_private.ids_on('graph_nodes', 'file_id', v_replaced.files);
    END IF;
    RETURN v_replaced;
END
$$;

-- Takes comments_text of the files from the load. A file that was staged without keeps its own, unless its comments give way.
CREATE OR REPLACE PROCEDURE exograph_private.replace_comments_text(load exograph_private.load, tables text[])
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_changed bigint;
BEGIN
    UPDATE exograph.files f
    SET comments_text = n.comments_text
    FROM (
        SELECT m.id, coalesce(s.comments_text, CASE WHEN 'comments' = ANY (tables) THEN '' END) AS comments_text
        FROM map_files m
        JOIN keys_files k ON k.number = m.number AND k.canonical = m.number
        JOIN staged_files s ON s.id = m.number
        WHERE NOT m.inserted
    ) n
    WHERE f.id = n.id AND f.comments_text <> n.comments_text;
    GET DIAGNOSTICS v_changed = ROW_COUNT;
    PERFORM exograph_private.count_replaced(load, 'files', v_changed);
END
$$;

-- Adds to the rows of a table that the load has replaced.
CREATE OR REPLACE FUNCTION exograph_private.count_replaced(load exograph_private.load, table_name text, replaced bigint)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    UPDATE exograph.load_tables t
    SET replaced = t.replaced + count_replaced.replaced
    WHERE t.load_id = load.load_id AND t.table_name = count_replaced.table_name;
END
$$;

-- Removes the facts of a table that give way: those of the files; a call that belongs to no file is its caller's.
CREATE OR REPLACE PROCEDURE exograph_private.replace_facts(
    load exograph_private.load, table_name text, replaced exograph_private.gone
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    CALL exograph_private.start_phase(load.load_id, 'replace', table_name);
    PERFORM exograph_private.count_replaced(
        load, table_name, exograph_private.delete_gone(table_name, 'file_id', replaced.files));
    IF table_name = 'call_edges' THEN
        PERFORM exograph_private.count_replaced(
            load, table_name, exograph_private.delete_gone(
                table_name, 'caller_node_id', replaced.graph_nodes, 't.file_id IS NULL'));
    END IF;
END
$$;

-- Notes the fragments that the load brings again, and returns those that go.
CREATE OR REPLACE FUNCTION exograph_private.find_replaced_fragments(load exograph_private.load, replaced bigint[])
RETURNS bigint[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    CALL exograph_private.start_phase(load.load_id, 'replace', 'fragments');
    INSERT INTO kept_fragments (id, number, load_id)
    SELECT f.id, k.number, f.load_id
    FROM keys_fragments k
    JOIN map_files m ON m.number = k.file
    JOIN exograph.fragments f
        ON f.content_hash = k.content_hash AND f.file_id = m.id AND f.line = k.line
        AND f.end_line IS NOT DISTINCT FROM k.end_line
    WHERE k.number <= k.canonical AND NOT m.inserted;
    PERFORM exograph_private.count_replaced(load, 'fragments', coalesce(cardinality(replaced), 0));
    CALL exograph_private.pass_on_dependents(load, 'fragments');
    RETURN ARRAY(SELECT r.id FROM unnest(replaced) AS r (id)
                 WHERE NOT EXISTS (SELECT FROM kept_fragments k WHERE k.id = r.id)
                 ORDER BY r.id);
END
$$;

-- Notes the nodes that the load brings again, and returns those that go.
CREATE OR REPLACE FUNCTION exograph_private.find_replaced_graph_nodes(load exograph_private.load, replaced bigint[])
RETURNS bigint[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET plan_cache_mode = force_custom_plan AS $$
BEGIN
    INSERT INTO kept_graph_nodes (id, number, load_id)
    SELECT n.id, k.number, n.load_id
    FROM keys_graph_nodes k
    JOIN staged_graph_nodes s ON s.id = k.number
    JOIN map_files f ON f.number = s.file_id
    JOIN exograph.graph_nodes n
        ON exograph.graph_node_digest(n.package_version_id, n.file_id,
                                      n.engine, n.kind, n.external_id, n.qualified_name, n.line, n.col)
         = exograph.graph_node_digest(f.package_version_id, f.id,
                                      s.engine, s.kind, s.external_id, s.qualified_name, s.line, s.col)
    WHERE k.number <= k.canonical AND NOT f.inserted;
    PERFORM exograph_private.count_replaced(load, 'graph_nodes', coalesce(cardinality(replaced), 0));
    CALL exograph_private.pass_on_dependents(load, 'graph_nodes');
    RETURN ARRAY(SELECT r.id FROM unnest(replaced) AS r (id)
                 WHERE NOT EXISTS (SELECT FROM kept_graph_nodes k WHERE k.id = r.id)
                 ORDER BY r.id);
END
$$;

-- Notes that the loads whose rows of a table this load takes over, and those that leaned on them for it, lean on this one: what
-- they brought besides refers to rows that are now its own.
CREATE OR REPLACE PROCEDURE exograph_private.pass_on_dependents(load exograph_private.load, table_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    EXECUTE format(
        'WITH taken AS (
             SELECT k.load_id, count(*) AS row_count FROM %I k GROUP BY k.load_id
         )
         INSERT INTO exograph.load_dependencies (load_id, depends_on, table_name, row_count)
         SELECT t.load_id, $1, $2, t.row_count FROM taken t
         UNION ALL
         SELECT DISTINCT d.load_id, $1, $2, NULL::bigint
         FROM exograph.load_dependencies d
         JOIN taken t ON t.load_id = d.depends_on
         WHERE d.table_name = $2 AND d.load_id <> $1 AND d.load_id NOT IN (SELECT o.load_id FROM taken o)', 'kept_' || table_name)
    USING load.load_id, table_name;
END
$$;

-- Writes over the fragments that the load brings again.
CREATE OR REPLACE PROCEDURE exograph_private.replace_fragments(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    UPDATE exograph.fragments f
    SET ast = s.ast, kind = s.kind, module = s.module, name = s.name, arity = s.arity, mass = s.mass, exact_hash = s.exact_hash,
        sub_hashes = coalesce(s.sub_hashes, '{}'), load_id = load.load_id
    FROM kept_fragments k
    JOIN staged_fragments s ON s.id = k.number
    WHERE f.id = k.id;
END
$$;

-- Writes over the nodes that the load brings again: when the ids of its fragments are known.
CREATE OR REPLACE PROCEDURE exograph_private.replace_graph_nodes(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF load.mode <> 'replace' THEN
        RETURN;
    END IF;
    CALL exograph_private.start_phase(load.load_id, 'replace', 'graph_nodes');
    UPDATE exograph.graph_nodes n
    SET fragment_id = m.id, module = s.module, name = s.name, arity = s.arity, metadata = coalesce(s.metadata, '{}'),
        load_id = load.load_id
    FROM kept_graph_nodes k
    JOIN staged_graph_nodes s ON s.id = k.number
    LEFT JOIN map_fragments m ON m.number = s.fragment_id
    WHERE n.id = k.id;
END
$$;

-- Drops the work tables. The maps are to tell which load had the rows that this one has taken over: it leans on that.
CREATE OR REPLACE PROCEDURE exograph_private.end_replacing(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF load.mode = 'replace' THEN
        UPDATE map_fragments m SET load_id = k.load_id FROM kept_fragments k WHERE k.id = m.id;
        UPDATE map_graph_nodes m SET load_id = k.load_id FROM kept_graph_nodes k WHERE k.id = m.id;
        DROP TABLE kept_fragments, kept_graph_nodes;
    END IF;
END
$$;
