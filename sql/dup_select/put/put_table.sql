CREATE OR REPLACE FUNCTION dup_select.put_table(
    source regclass, target regclass, mapping jsonb DEFAULT NULL, natural_keys jsonb DEFAULT NULL,
    superclass regclass DEFAULT NULL
) RETURNS TABLE (input_row tid, output_key jsonb)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_plan jsonb := dup_select.put_plan(source, target, mapping, natural_keys, superclass);
    v_pinned boolean := (v_plan OPERATOR(pg_catalog.->>) 'pinned')::boolean;
    v_step record;
BEGIN
    CALL dup_select.put_prepare(v_plan, source);
    FOR v_step IN SELECT * FROM dup_select.put_statements(v_plan) LOOP
        IF v_step.once IS NOT NULL THEN
            CALL dup_select.put_run(v_step.once, v_pinned);
        ELSE
            CALL dup_select.put_level(v_step.title, v_step.resolve, v_step.missing, v_step.pending, v_pinned);
        END IF;
    END LOOP;
    RETURN QUERY EXECUTE dup_select.put_answer(v_plan);
    CALL dup_select.put_end(v_plan);
END
$$;

ALTER FUNCTION dup_select.put_table(regclass, regclass, jsonb, jsonb, regclass) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_table(regclass, regclass, jsonb, jsonb, regclass) IS
    'Puts all rows of a table into another one, found or made by natural key like their parents, level by level, and '
    'gives for each input row the primary key of its row. NULL means: mapping from the catalog, natural keys chosen, no '
    'superclass. A NOTICE tells where no unique key of the target is filled, so that every row is a new one: natural_keys names '
    'a unique index, or columns, as {"a_schema.a_table": ["a_column", "another"]}. Errors: those of put_table_sql; 42809 where '
    'the source is a view or has child tables; P0002 where a row is neither taken nor found; those of the tables.';
REVOKE ALL ON FUNCTION dup_select.put_table(regclass, regclass, jsonb, jsonb, regclass) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_table(regclass, regclass, jsonb, jsonb, regclass) TO PUBLIC;
