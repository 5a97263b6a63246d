SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- With a file its declarations go by themselves. This is for what goes without it: the calls of one file go with the nodes of
-- another, and would be missing for good if a later load were told that they exist.
CREATE OR REPLACE FUNCTION exograph.void_declarations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_tables text[] := TG_ARGV;
BEGIN
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
BEGIN
    UPDATE exograph.complete_facts c
    SET tables = array_remove(c.tables, 'fragment_terms')
    WHERE c.tables @> '{fragment_terms}'
        AND c.file_id IN (SELECT f.file_id FROM deleted d JOIN exograph.fragments f ON f.id = d.fragment_id);
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER void_declarations_of_terms
AFTER DELETE ON exograph.fragment_terms
REFERENCING OLD TABLE AS deleted
FOR EACH STATEMENT EXECUTE FUNCTION exograph.void_declarations_of_terms();

COMMENT ON FUNCTION exograph.void_declarations_of_terms() IS
    'Trigger on exograph.fragment_terms: files of whose fragments terms were deleted are no longer declared complete for it.';
