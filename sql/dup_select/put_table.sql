SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

CREATE OR REPLACE FUNCTION dup_select.put_table(
    source regclass, target regclass, mapping jsonb DEFAULT NULL, natural_keys jsonb DEFAULT NULL,
    superclass regclass DEFAULT NULL
) RETURNS TABLE (input_row tid, output_key jsonb)
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_plan jsonb := dup_select_private.put_plan(source, target, mapping, natural_keys, superclass);
    v_pinned boolean := (v_plan OPERATOR(pg_catalog.->>) 'pinned')::boolean;
    v_step record;
BEGIN
    CALL dup_select_private.put_prepare(v_plan, source);
    FOR v_step IN SELECT * FROM dup_select_private.put_statements(v_plan) LOOP
        IF v_step.once IS NOT NULL THEN
            CALL dup_select_private.put_run(v_step.once, v_pinned);
        ELSE
            CALL dup_select_private.put_level(v_step.title, v_step.resolve, v_step.missing, v_step.pending,
                                              v_step.in_order, v_pinned);
        END IF;
    END LOOP;
    RETURN QUERY EXECUTE dup_select_private.put_answer(v_plan);
    CALL dup_select_private.put_end(v_plan);
END
$$;

COMMENT ON FUNCTION dup_select.put_table(regclass, regclass, jsonb, jsonb, regclass) IS
    'Puts all rows of a table into another one, found or made by natural key like their parents, level by level, and '
    'gives for each input row the primary key of its row. NULL means: mapping from the catalog, natural keys chosen, no '
    'superclass. A NOTICE tells where no unique key of the target is filled, so that every row is a new one: natural_keys names '
    'a unique index, or columns, as {"a_schema.a_table": ["a_column", "another"]}. Errors: those of put_table_sql; 42809 where '
    'the source is a view or has child tables; P0002 where a row is neither taken nor found; those of the tables.';

-- Makes and fills the work table of put_table. Errors: 42809 where the source is a view or has child tables; those of the
-- expressions. The expressions of a mapping have been checked under this search_path, so they are evaluated under it.
CREATE OR REPLACE PROCEDURE dup_select_private.put_prepare(plan jsonb, source regclass)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_statement text;
BEGIN
    IF (SELECT c.relkind NOT IN ('r', 'm') FROM pg_class c WHERE c.oid = source) THEN
        RAISE EXCEPTION '% is not a table, its rows have no address', source USING ERRCODE = 'wrong_object_type',
            HINT = 'CREATE TEMPORARY TABLE ... AS SELECT makes one.';
    ELSIF EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = source) THEN
        RAISE EXCEPTION '% has child tables, whose rows have addresses of their own', source USING ERRCODE = 'wrong_object_type',
            HINT = 'CREATE TEMPORARY TABLE ... AS SELECT makes one table of them.';
    END IF;
    FOR v_statement IN SELECT dup_select_private.put_fill(plan, dup_select_private.table_name(source)) LOOP
        EXECUTE v_statement;
    END LOOP;
END
$$;

-- Finds or makes the rows of one level, or of several together. After 100 rounds the rest goes in_order. Errors: P0002 where a
-- row still has none and there is no in_order; those of the tables. More than two rounds only beside a concurrent writer: what
-- it commits between the look-up and the INSERT is found next time.
CREATE OR REPLACE PROCEDURE dup_select_private.put_level(
    title text, resolve text, missing text, pending text, in_order text, pinned boolean
)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    FOR v_attempt IN 1 .. 100 LOOP
        IF dup_select_private.put_is_resolved(resolve, pending) THEN
            RETURN;
        END IF;
        CALL dup_select_private.put_run(missing, pinned);
    END LOOP;
    IF in_order IS NOT NULL THEN
        CALL dup_select_private.put_run(in_order, pinned);
        RETURN;
    END IF;
    RAISE EXCEPTION '% neither takes a row nor shows the one with its key', title USING ERRCODE = 'no_data_found',
        HINT = 'A trigger that leaves rows out, or a row security policy, may be the reason.';
END
$$;

-- Looks up the keys of a level that stand (NULL: none can be), and tells whether all rows of the work table have theirs.
CREATE OR REPLACE FUNCTION dup_select_private.put_is_resolved(resolve text, pending text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_pending boolean;
BEGIN
    IF resolve IS NOT NULL THEN
        EXECUTE resolve;
    END IF;
    EXECUTE format('SELECT EXISTS (%s)', pending) INTO v_pending;
    RETURN NOT v_pending;
END
$$;

-- Runs a statement that writes tables, under the caller's search_path if it is safe there. Triggers may rely on the caller's
-- search_path.
CREATE OR REPLACE PROCEDURE dup_select_private.put_run(statement text, pinned boolean)
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    IF pinned THEN
        CALL dup_select_private.put_run_pinned(statement);
    ELSE
        EXECUTE statement;
    END IF;
END
$$;

-- Runs a statement under search_path = pg_catalog, pg_temp.
CREATE OR REPLACE PROCEDURE dup_select_private.put_run_pinned(statement text)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE statement;
END
$$;

-- Drops the work table of put_table.
CREATE OR REPLACE PROCEDURE dup_select_private.put_end(plan jsonb)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('DROP TABLE pg_temp.%I', plan #>> '{made,work}');
END
$$;

-- Runs an INSERT for one row of the work table ($1), and gives the key that it returns, or that its ON CONFLICT clause has left
-- in found_setting(). NULL where a trigger left the row out. Errors: those of the table.
CREATE OR REPLACE FUNCTION dup_select_private.put_one(statement text, given anyelement) RETURNS jsonb
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_setting pg_catalog.text := dup_select_private.found_setting();
    v_key     pg_catalog.jsonb;
BEGIN
    PERFORM pg_catalog.set_config(v_setting, '', true);
    EXECUTE statement INTO v_key USING given;
    IF v_key IS NULL AND pg_catalog.current_setting(v_setting) OPERATOR(pg_catalog.<>) '' THEN
        v_key := pg_catalog.current_setting(v_setting)::pg_catalog.jsonb;
    END IF;
    RETURN v_key;
END
$$;
