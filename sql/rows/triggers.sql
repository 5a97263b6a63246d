SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

CREATE OR REPLACE FUNCTION exograph_private.enter_gate() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    CALL exograph.wait_at_gate();
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION exograph_private.refuse_change() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is not possible: rows are only inserted through this view', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'feature_not_supported',
            HINT = 'The existing row wins over what is inserted. Whoever owns the index changes it in schema exograph.';
END
$$;

-- The triggers of each inserter view: an INSERT, COPY included, waits at the gate (40001, 55P03) and then puts row by row; UPDATE
-- and DELETE are refused (0A000), whether they would meet a row or not.
DO $$
DECLARE
    v_view     text;
    v_function text;
BEGIN
    FOR v_view, v_function IN VALUES
        ('packages', 'insert_package'),
        ('package_versions', 'insert_package_version'),
        ('files', 'insert_file'),
        ('terms', 'insert_term'),
        ('fragments', 'insert_fragment'),
        ('graph_nodes', 'insert_graph_node'),
        ('comments', 'insert_comment'),
        ('definitions', 'insert_definition'),
        ('symbol_references', 'insert_symbol_reference'),
        ('call_edges', 'insert_call_edge'),
        ('fragment_terms', 'insert_fragment_term')
    LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER enter_gate BEFORE INSERT ON exograph_in.%I
                            FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.enter_gate()', v_view);
        EXECUTE format('CREATE OR REPLACE TRIGGER %2$I INSTEAD OF INSERT ON exograph_in.%1$I
                            FOR EACH ROW EXECUTE FUNCTION exograph_private.%2$I()', v_view, v_function);
        EXECUTE format('CREATE OR REPLACE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON exograph_in.%I
                            FOR EACH STATEMENT EXECUTE FUNCTION exograph_private.refuse_change()', v_view);
        EXECUTE format('CREATE OR REPLACE TRIGGER refuse_row_change INSTEAD OF UPDATE OR DELETE ON exograph_in.%I
                            FOR EACH ROW EXECUTE FUNCTION exograph_private.refuse_change()', v_view);
    END LOOP;
END
$$;
