SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What is in place of foreign keys to packages, versions, files, fragments, nodes and terms: what comes by the million has none.
-- Who deletes takes the gate alone, and what refers to the deleted rows goes, or becomes NULL, set by set.

-- Before any row is looked at: whoever has the gate as a writer may be about to refer to it, and comes to its end first; who
-- waits at the gate looks again when the deletion is committed. Above READ COMMITTED the look for what refers to the rows would
-- not see what was committed meanwhile.
CREATE OR REPLACE FUNCTION exograph.enter_deletion() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_what text := format('DELETE FROM exograph.%I', TG_TABLE_NAME);
BEGIN
    IF NOT exograph_private.is_removing() THEN
        CALL exograph_private.require_read_committed(v_what);
        CALL exograph_private.lock_gate(v_what);
    END IF;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION exograph.enter_deletion() IS
    'Trigger on packages, package_versions, files, terms, fragments and graph_nodes: keeps writers out of the index from before '
    'a DELETE to the end of its transaction. Errors: XG007 above READ COMMITTED, 55P03 after lock_timeout.';

-- Versions and files go with their packages, and paths and declarations with their files, by foreign keys: they are few.
CREATE OR REPLACE FUNCTION exograph.remove_dependents() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off AS $$
DECLARE
    v_deleted bigint[];
    v_gone    exograph_private.gone;
    v_hint    text;
BEGIN
    IF exograph_private.is_removing() THEN
        RETURN NULL; -- remove_gone has seen to it
    END IF;
    v_deleted := ARRAY(SELECT d.id FROM deleted d ORDER BY d.id);
    IF v_deleted <> '{}' THEN
        CASE TG_TABLE_NAME
            WHEN 'package_versions' THEN v_gone.package_versions := v_deleted;
            WHEN 'files' THEN v_gone.files := v_deleted;
            WHEN 'fragments' THEN v_gone.fragments := v_deleted;
            WHEN 'graph_nodes' THEN v_gone.graph_nodes := v_deleted;
        END CASE;
        CALL exograph_private.begin_removing();
        PERFORM FROM exograph_private.remove_gone(exograph_private.spread_gone(v_gone));
        CALL exograph_private.end_removing();
    END IF;
    RETURN NULL;
EXCEPTION WHEN out_of_memory THEN
    GET STACKED DIAGNOSTICS v_hint = PG_EXCEPTION_HINT;
    CALL exograph_private.raise_out_of_locks(format('DELETE FROM exograph.%I', TG_TABLE_NAME), SQLERRM, v_hint);
    RAISE;
END
$$;

COMMENT ON FUNCTION exograph.remove_dependents() IS
    'Trigger on package_versions, files, fragments and graph_nodes: takes along what refers to deleted rows, and clears '
    'references to fragments. Errors: 53200 (no locks are left for so many partitions).';

-- Nothing looks for those who refer to a row by its id.
CREATE OR REPLACE FUNCTION exograph.refuse_other_id() RETURNS trigger
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the ids of exograph.% do not change', TG_TABLE_NAME USING ERRCODE = 'feature_not_supported',
        HINT = 'What refers to a row would refer to none. Insert another row, and delete this one.';
END
$$;

COMMENT ON FUNCTION exograph.refuse_other_id() IS
    'Trigger on packages, package_versions, files, terms, fragments and graph_nodes: refuses UPDATE of id. Errors: 0A000.';

-- After TRUNCATE, for then all tables that it names are empty, and only what it left can refer to what was there.
CREATE OR REPLACE FUNCTION exograph.refuse_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_reference record;
    v_refers    boolean;
BEGIN
    CALL exograph_private.require_read_committed(format('TRUNCATE exograph.%I', TG_TABLE_NAME));
    FOR v_reference IN
        SELECT r.table_name, r.column_name FROM exograph_private.references r WHERE r.parent = TG_TABLE_NAME
        UNION ALL
        SELECT 'fragment_term_sets', 'term_ids' WHERE TG_TABLE_NAME = 'terms'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM exograph.%I t WHERE t.%I IS NOT NULL)',
                       v_reference.table_name, v_reference.column_name) INTO v_refers;
        IF v_refers THEN
            RAISE EXCEPTION 'exograph.% refers to exograph.%, which would be empty', v_reference.table_name, TG_TABLE_NAME
                USING ERRCODE = 'foreign_key_violation', SCHEMA = 'exograph', TABLE = v_reference.table_name,
                    COLUMN = v_reference.column_name,
                    HINT = 'TRUNCATE both in one statement, or DELETE, which takes along what refers to the rows.';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

COMMENT ON FUNCTION exograph.refuse_truncate() IS
    'Trigger on packages, package_versions, files, terms, fragments and graph_nodes: refuses a TRUNCATE that leaves rows which '
    'refer to them. Errors: 23503, XG007 above READ COMMITTED.';

DO $$
DECLARE
    v_table text;
BEGIN
    FOREACH v_table IN ARRAY '{packages,package_versions,files,terms,fragments,graph_nodes}'::text[] LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER enter_deletion BEFORE DELETE ON exograph.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION exograph.enter_deletion()', v_table);
        EXECUTE format('CREATE OR REPLACE TRIGGER refuse_other_id BEFORE UPDATE OF id ON exograph.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION exograph.refuse_other_id()', v_table);
        EXECUTE format('CREATE OR REPLACE TRIGGER refuse_truncate AFTER TRUNCATE ON exograph.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION exograph.refuse_truncate()', v_table);
        IF v_table NOT IN ('packages', 'terms') THEN
            EXECUTE format('CREATE OR REPLACE TRIGGER remove_dependents AFTER DELETE ON exograph.%I
                            REFERENCING OLD TABLE AS deleted
                            FOR EACH STATEMENT EXECUTE FUNCTION exograph.remove_dependents()', v_table);
        END IF;
    END LOOP;
END
$$;
