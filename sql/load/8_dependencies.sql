SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Notes which loads this one leans on: those whose rows it found and did not bring again. Nothing is asked of a table of which
-- nothing existed. Rows of dimensions are counted in the maps; of facts those are left out that lie under the load of their file,
-- caller or fragment, which is noted anyway.
CREATE OR REPLACE PROCEDURE exograph_private.note_dependencies(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_table     text;
    v_dimension text;
    v_column    text;
BEGIN
    IF NOT EXISTS (SELECT FROM exograph.load_tables t
                   WHERE t.load_id = load.load_id AND t.table_name <> 'terms' AND t.existing > 0)
    THEN
        RETURN;
    END IF;
    CALL exograph_private.start_phase(load.load_id, 'note dependencies');
    FOREACH v_table IN ARRAY '{packages,package_versions,files,fragments,graph_nodes}'::text[] LOOP
        IF exograph_private.found_rows(load.load_id, v_table) THEN
            EXECUTE format('INSERT INTO exograph.load_dependencies (load_id, depends_on, table_name, row_count)
                            SELECT $1, m.load_id, %L, count(*) FROM %I m WHERE NOT m.inserted GROUP BY m.load_id',
                           v_table, 'map_' || v_table)
            USING load.load_id;
        END IF;
    END LOOP;
    CALL exograph_private.note_paths(load.load_id);
    FOR v_table, v_dimension, v_column IN VALUES
        ('comments', 'files', 'file_id'),
        ('definitions', 'files', 'file_id'),
        ('symbol_references', 'files', 'file_id'),
        ('call_edges', 'graph_nodes', 'caller_node_id'),
        ('fragment_terms', 'fragments', 'fragment_id')
    LOOP
        CALL exograph_private.note_facts(load.load_id, v_table, v_dimension, v_column);
    END LOOP;
    CALL exograph_private.note_declarations(load);
END
$$;

-- Whether staged rows of a table existed.
CREATE OR REPLACE FUNCTION exograph_private.found_rows(load_id integer, table_name text) RETURNS boolean
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT EXISTS (SELECT FROM exograph.load_tables t
                   WHERE t.load_id = found_rows.load_id AND t.table_name = found_rows.table_name AND t.existing > 0)
$$;

-- Loads that may have brought rows of a table for rows of a dimension that this load found and another load brought: they leaned
-- on that load in their turn, and the report says that they brought some. Most often there are none, and no fact is looked at.
-- What the ledger has forgotten is taken for one that has.
CREATE OR REPLACE FUNCTION exograph_private.loads_that_added(load_id integer, table_name text, dimension text) RETURNS integer[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT coalesce(pg_catalog.array_agg(DISTINCT o.load_id), '{}')
    FROM exograph.load_dependencies d
    JOIN exograph.load_dependencies o ON o.depends_on = d.depends_on AND o.table_name = d.table_name
    LEFT JOIN exograph.load_tables t ON t.load_id = o.load_id AND t.table_name = loads_that_added.table_name
    WHERE d.load_id = loads_that_added.load_id AND d.table_name = loads_that_added.dimension
        AND o.load_id NOT IN (0, loads_that_added.load_id) AND t.inserted IS DISTINCT FROM 0
$$;

-- Of the paths that were found, those that another load brought than the one of the file.
CREATE OR REPLACE PROCEDURE exograph_private.note_paths(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_loads integer[];
BEGIN
    IF NOT exograph_private.found_rows(load_id, 'file_paths') THEN
        RETURN;
    END IF;
    v_loads := exograph_private.loads_that_added(load_id, 'file_paths', 'files');
    IF v_loads <> '{}' THEN
        INSERT INTO exograph.load_dependencies (load_id, depends_on, table_name, row_count)
        SELECT note_paths.load_id, p.load_id, 'file_paths', count(*)
        FROM map_files m
        JOIN staged_files s ON s.id = m.number
        JOIN exograph.file_paths p ON p.file_id = m.id AND p.path = s.path
        WHERE NOT m.inserted AND p.load_id = ANY (v_loads) AND p.load_id <> m.load_id
        GROUP BY p.load_id;
    END IF;
END
$$;

-- Of the rows of a dimension that were found, and for which the load brought facts of a table, those for which another load
-- brought facts of that table, too. One by one it would cost as much as finding the facts.
CREATE OR REPLACE PROCEDURE exograph_private.note_facts(load_id integer, table_name text, dimension text, column_name text)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_loads  integer[];
    v_staged text;
BEGIN
    IF NOT exograph_private.found_rows(load_id, table_name) THEN
        RETURN;
    END IF;
    v_loads := exograph_private.loads_that_added(load_id, table_name, dimension);
    IF v_loads <> '{}' THEN
        -- A staging table that has become the load's partition is not there any more.
        SELECT string_agg(format('EXISTS (SELECT FROM %I s WHERE s.%I = m.number)', c.relname, note_facts.column_name), ' OR ')
        INTO v_staged
        FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace
            AND (c.relname = 'staged_' || note_facts.table_name
                 OR note_facts.table_name = 'fragment_terms' AND c.relname = 'staged_fragment_term_sets');
        EXECUTE format('INSERT INTO exograph.load_dependencies (load_id, depends_on, table_name, row_count)
                        SELECT $1, abs(d.load_id), %L, count(DISTINCT m.id)
                        FROM %I m
                        JOIN exograph.%I d ON d.%I = m.id
                        WHERE NOT m.inserted AND d.load_id = ANY ($2) AND abs(d.load_id) <> m.load_id AND (%s)
                        GROUP BY abs(d.load_id)',
                       table_name, 'map_' || dimension,
                       CASE table_name WHEN 'fragment_terms' THEN 'fragment_term_sets' ELSE table_name END,
                       column_name, coalesce(v_staged, 'true'))
        USING load_id, v_loads || ARRAY(SELECT -l FROM unnest(v_loads) AS l);
    END IF;
END
$$;

-- The loads that have declared facts of the load's files complete: files_lacking told of them, so that they were not sent, or
-- this load did not declare them again.
CREATE OR REPLACE PROCEDURE exograph_private.note_declarations(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF to_regclass(format('%I.answered_files', current_schema())) IS NULL THEN
        IF load.complete = '{}' THEN
            RETURN;
        END IF;
        CALL exograph_private.create_answered_files();
    END IF;
    INSERT INTO exograph.load_dependencies (load_id, depends_on, table_name, row_count)
    SELECT load.load_id, c.load_id, 'complete_facts', count(DISTINCT m.id)
    FROM map_files m
    JOIN exograph.complete_facts c ON c.file_id = m.id
    LEFT JOIN answered_files t ON t.number = m.number
    WHERE NOT m.inserted AND c.load_id NOT IN (load.load_id, m.load_id)
        AND c.load_id = ANY (exograph_private.trusted_loads(load.load_id))
        AND (c.tables && t.tables OR c.tables && load.complete)
    GROUP BY c.load_id;
END
$$;
