CREATE OR REPLACE FUNCTION dup_select.put_table(
    source regclass, target regclass, mapping jsonb DEFAULT NULL, natural_keys jsonb DEFAULT NULL
) RETURNS TABLE (input_row tid, output_key jsonb)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_plan jsonb := dup_select.plan(target, mapping, source, natural_keys, false);
    v_step record;
BEGIN
    IF (SELECT c.relkind NOT IN ('r', 'm') FROM pg_catalog.pg_class c WHERE c.oid = source) THEN
        RAISE EXCEPTION '% is not a table, its rows have no address', source USING ERRCODE = 'wrong_object_type',
            HINT = 'CREATE TEMPORARY TABLE ... AS SELECT makes one.';
    ELSIF EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = source) THEN
        RAISE EXCEPTION '% has child tables, whose rows have addresses of their own', source USING ERRCODE = 'wrong_object_type',
            HINT = 'CREATE TEMPORARY TABLE ... AS SELECT makes one table of them.';
    END IF;
    IF to_regclass('pg_temp.put_table_rows') IS NOT NULL THEN -- of an earlier call in this transaction
        DROP TABLE pg_temp.put_table_rows;
    END IF;
    FOR v_step IN SELECT * FROM dup_select.put_statements(v_plan, source) LOOP
        IF v_step.once IS NOT NULL THEN
            EXECUTE v_step.once;
        ELSE
            CALL dup_select.put_level(v_step.title, v_step.resolve, v_step.missing, v_step.pending);
        END IF;
    END LOOP;
    RETURN QUERY EXECUTE dup_select.put_answer(v_plan);
END
$$;

ALTER FUNCTION dup_select.put_table(regclass, regclass, jsonb, jsonb) OWNER TO exograph_owner;
COMMENT ON FUNCTION dup_select.put_table(regclass, regclass, jsonb, jsonb) IS
    'Puts all rows of a table into another one, found or made by natural key like their parents, level by level, and '
    'gives for each input row the primary key of its row. Errors: those of the mapping; 42809 where the source is a '
    'view or has child tables.';
REVOKE ALL ON FUNCTION dup_select.put_table(regclass, regclass, jsonb, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION dup_select.put_table(regclass, regclass, jsonb, jsonb) TO PUBLIC;
