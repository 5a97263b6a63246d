SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What a load declares complete for its files, what files_lacking answers later loads by it, and what voids it. Three moments: a
-- load that asks notes the answers (answered_files) and has them checked when its files are merged; a load that declares enters
-- exograph.complete_facts at its end; a trigger takes back what rows were deleted of.

-- The loads whose declarations of completeness a load honours: those of its own role, and of roles to which INSERT on
-- exograph.complete_facts is granted, superusers and members of exograph_owner among them. A load that declares a file's facts
-- complete keeps others from sending them: INSERT on complete_facts is the right to do just that, and a privilege follows its
-- role through renames and restores. Whose an earlier load is: as in owner_of_load, for all loads at once.
CREATE OR REPLACE FUNCTION exograph_private.trusted_loads(load_id integer) RETURNS integer[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_cluster bigint := exograph_private.cluster();
    v_oids    oid[];
    v_names   text[];
BEGIN
    SELECT array_agg(r.oid), array_agg(r.rolname::text) INTO v_oids, v_names
    FROM exograph.loads l
    JOIN pg_roles r
        ON r.oid = exograph_private.owner_of_load(l) OR has_table_privilege(r.oid, 'exograph.complete_facts', 'INSERT')
    WHERE l.load_id = trusted_loads.load_id;
    RETURN ARRAY(
        SELECT l.load_id
        FROM exograph.loads l
        WHERE l.state = 'finalized'
            AND CASE WHEN l.cluster = v_cluster THEN l.role_oid = ANY (v_oids) ELSE l.started_by = ANY (v_names) END);
END
$$;

-- The staged files of the load on the search path with numbers from first to last (NULL: from the least, to the greatest), each
-- with the id of the file of its natural key that exists in the index, NULL where none does. A number that is NULL or used twice
-- names no row. Two joins for files with and without package, as in merge_files. Of "count(*) = 1" the planner expects one
-- group in 200, and then joins all versions with all packages row by row.
CREATE OR REPLACE FUNCTION exograph_private.existing_files(first bigint DEFAULT NULL, last bigint DEFAULT NULL)
RETURNS TABLE (number bigint, file_id bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH asked AS (
            SELECT s.id, s.package_version_id, s.sha256
            FROM staged_files s
            WHERE (existing_files.first IS NULL OR s.id >= existing_files.first)
                AND (existing_files.last IS NULL OR s.id <= existing_files.last)
        ), asked_versions AS (
            SELECT v.id, min(v.package_id) AS package_id, min(v.version) AS version
            FROM staged_package_versions v
            WHERE v.id IN (SELECT a.package_version_id FROM asked a)
            GROUP BY v.id HAVING count(*) < 2
        ), asked_packages AS (
            SELECT p.id, min(p.ecosystem) AS ecosystem, min(p.name) AS name
            FROM staged_packages p
            WHERE p.id IN (SELECT v.package_id FROM asked_versions v)
            GROUP BY p.id HAVING count(*) < 2
        )
        SELECT a.id, CASE WHEN count(*) = 1 AND a.id IS NOT NULL THEN min(coalesce(f.id, l.id)) END
        FROM asked a
        LEFT JOIN asked_versions sv ON sv.id = a.package_version_id
        LEFT JOIN asked_packages sp ON sp.id = sv.package_id
        LEFT JOIN exograph.packages p ON p.ecosystem = sp.ecosystem AND p.name = sp.name
        LEFT JOIN exograph.package_versions v ON v.package_id = p.id AND v.version = sv.version
        LEFT JOIN exograph.files f ON f.package_version_id = v.id AND f.sha256 = a.sha256
        LEFT JOIN exograph.files l
            ON a.package_version_id IS NULL AND l.package_version_id IS NULL AND l.sha256 = a.sha256
        GROUP BY a.id;
END
$$;

-- Makes the table of the load on the search path that notes what files_lacking answers: per file, the complete tables.
CREATE OR REPLACE PROCEDURE exograph_private.create_answered_files()
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF to_regclass(format('%I.answered_files', current_schema())) IS NULL THEN
        CREATE UNLOGGED TABLE answered_files (number bigint, tables text[]);
        CREATE INDEX answered_files_number_idx ON answered_files (number);
    END IF;
END
$$;

-- Makes sure that what files_lacking last told of the load's files still holds. Errors: XG011. Between the question and the
-- gate, a file may be deleted and come back without facts, with this very load.
CREATE OR REPLACE PROCEDURE exograph_private.check_answered_files(load_id integer)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_lost    bigint;
    v_first   bigint;
    v_trusted integer[] := exograph_private.trusted_loads(load_id);
BEGIN
    IF to_regclass(format('%I.answered_files', current_schema())) IS NULL THEN
        RETURN;
    END IF;
    SELECT count(DISTINCT t.number), min(t.number) INTO v_lost, v_first
    FROM answered_files t
    CROSS JOIN unnest(t.tables) AS n (name)
    JOIN map_files m ON m.number = t.number
    WHERE NOT EXISTS (SELECT FROM exograph.complete_facts c
                      WHERE c.file_id = m.id AND c.load_id = ANY (v_trusted) AND n.name = ANY (c.tables));
    IF v_lost > 0 THEN
        RAISE EXCEPTION 'load %: of % file(s), facts that were told to exist do so no longer', load_id, v_lost
            USING ERRCODE = 'XG011',
                DETAIL = format('The first is file %s of the load: facts were deleted since files_lacking answered.', v_first),
                HINT = format('SELECT * FROM exograph.files_lacking(%1$s) tells what to stage now; then finalize again. Or '
                              'abandon the load and load again.', load_id);
    END IF;
END
$$;

-- Records which tables a load declares complete for its files; left out are tables of which it rejected a row, those that a load
-- it trusts has declared for the file, and calls where one conflicts: what stands may be another file's, and go with it, for
-- the identity of a call names no file.
CREATE OR REPLACE PROCEDURE exograph_private.declare_complete(load exograph_private.load)
LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    v_tables  text[] := ARRAY(
        SELECT t.name FROM unnest(load.complete) WITH ORDINALITY AS t (name, position)
        WHERE NOT EXISTS (SELECT FROM exograph.load_tables r
                          WHERE r.load_id = load.load_id AND r.table_name = t.name
                              AND (r.rejected > 0 OR r.table_name = 'call_edges' AND r.conflicting > 0))
        ORDER BY t.position);
    v_trusted integer[];
BEGIN
    IF v_tables = '{}' THEN
        RETURN;
    END IF;
    CALL exograph_private.start_phase(load.load_id, 'declare complete');
    v_trusted := exograph_private.trusted_loads(load.load_id);
    INSERT INTO exograph.complete_facts (file_id, load_id, tables)
    SELECT m.file_id, load.load_id, array_agg(t.name ORDER BY t.position)
    FROM (SELECT DISTINCT r.id AS file_id FROM map_files r) m
    CROSS JOIN unnest(v_tables) WITH ORDINALITY AS t (name, position)
    WHERE NOT EXISTS (SELECT FROM exograph.complete_facts c
                      WHERE c.file_id = m.file_id AND c.load_id = ANY (v_trusted) AND t.name = ANY (c.tables))
    GROUP BY m.file_id
    ORDER BY m.file_id;
END
$$;

-- With a file its declarations go by themselves. This is for what goes without it: the calls of one file go with the nodes of
-- another, and would be missing for good if a later load were told that they exist.
CREATE OR REPLACE FUNCTION exograph.void_declarations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_tables text[] := TG_ARGV;
BEGIN
    IF exograph_private.is_removing() THEN
        RETURN NULL; -- whoever removes sees to it
    END IF;
    UPDATE exograph.complete_facts c
    SET tables = ARRAY(SELECT t.name FROM unnest(c.tables) AS t (name) WHERE t.name <> ALL (v_tables))
    WHERE c.file_id IN (SELECT d.file_id FROM deleted d) AND c.tables && v_tables;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER void_declarations AFTER DELETE ON exograph.comments
REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION exograph.void_declarations('comments');
CREATE OR REPLACE TRIGGER void_declarations AFTER DELETE ON exograph.definitions
REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION exograph.void_declarations('definitions');
CREATE OR REPLACE TRIGGER void_declarations AFTER DELETE ON exograph.symbol_references
REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION exograph.void_declarations('symbol_references');
CREATE OR REPLACE TRIGGER void_declarations AFTER DELETE ON exograph.call_edges
REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION exograph.void_declarations('call_edges');
CREATE OR REPLACE TRIGGER void_declarations AFTER DELETE ON exograph.fragments
REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT
EXECUTE FUNCTION exograph.void_declarations('fragments', 'fragment_terms');
CREATE OR REPLACE TRIGGER void_declarations AFTER DELETE ON exograph.graph_nodes
REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION exograph.void_declarations('graph_nodes');

COMMENT ON FUNCTION exograph.void_declarations() IS
    'Trigger on fact tables, fragments and graph_nodes: files of which rows were deleted are no longer declared complete for the '
    'tables named by its arguments.';

-- Of fragments that go with their terms nothing is found here: their own trigger has taken the declarations back.
CREATE OR REPLACE FUNCTION exograph.void_declarations_of_terms() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_losing bigint[];
BEGIN
    IF exograph_private.is_removing() THEN
        RETURN NULL; -- whoever removes sees to it
    END IF;
    IF TG_OP = 'UPDATE' THEN
        v_losing := ARRAY(
            SELECT o.fragment_id
            FROM old_sets o
            WHERE NOT EXISTS (SELECT FROM new_sets n
                              WHERE n.fragment_id = o.fragment_id AND n.load_id = o.load_id AND n.term_ids @> o.term_ids));
    ELSE
        v_losing := ARRAY(SELECT o.fragment_id FROM old_sets o);
    END IF;
    UPDATE exograph.complete_facts c
    SET tables = array_remove(c.tables, 'fragment_terms')
    WHERE c.tables @> '{fragment_terms}'
        AND c.file_id IN (SELECT f.file_id FROM exograph.fragments f WHERE f.id = ANY (v_losing));
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER void_declarations_of_terms
AFTER DELETE ON exograph.fragment_term_sets
REFERENCING OLD TABLE AS old_sets
FOR EACH STATEMENT EXECUTE FUNCTION exograph.void_declarations_of_terms();

CREATE OR REPLACE TRIGGER void_declarations_of_changed_terms
AFTER UPDATE ON exograph.fragment_term_sets
REFERENCING OLD TABLE AS old_sets NEW TABLE AS new_sets
FOR EACH STATEMENT EXECUTE FUNCTION exograph.void_declarations_of_terms();

COMMENT ON FUNCTION exograph.void_declarations_of_terms() IS
    'Trigger on exograph.fragment_term_sets: files of whose fragments terms were taken away are no longer declared complete for '
    'fragment_terms.';
