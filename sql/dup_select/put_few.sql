SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- A few rows, put in the same way again: by a function of the session that holds the statements of put_table, and the server
-- their plans. Reading the catalog, rendering, planning and making temporary tables take ten times as long as running them.

-- Name of the function that puts rows in as they are to be put in here. NULL where they are many, or are not kept: those that
-- exist are updated or refused, the source is none, or a trigger calls for the same within such a function.
CREATE FUNCTION dup_select_private.few_name(
    source oid, target oid, mapping jsonb, natural_keys jsonb, superclass oid, on_existing text, on_reject text
) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_name text;
BEGIN
    IF on_existing IS DISTINCT FROM 'keep' OR (dup_select_private.bytes_of(source) <= 65536) IS NOT TRUE
        OR dup_select_private.relation_kind(source) NOT IN ('r', 'm') OR dup_select_private.has_children(source)
        OR dup_select_private.number_of(format('SELECT count(*) FROM (SELECT FROM ONLY %s LIMIT 101) AS few',
                                               dup_select_private.qualified_name(source))) > 100
    THEN
        RETURN NULL;
    END IF;
    v_name := 'put_few_' || md5(concat_ws(' ', current_user, dup_select_private.version(), target, superclass, on_reject,
                                          '{}' || mapping::text, '{}{}' || natural_keys::text,
                                          dup_select_private.signature(source)));
    RETURN CASE WHEN strpos(coalesce(current_setting('dup_select.few', true), ''), v_name) = 0 THEN v_name END;
END
$$;

-- Whether the session has that function, of the same role, and it knows the tables as they are. Its own temporary tables must not
-- have grown: of rows that a transaction has put in and taken out again nothing is freed before its end.
CREATE FUNCTION dup_select_private.is_kept(few_name text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_kept jsonb := dup_select_private.kept(few_name);
BEGIN
    RETURN v_kept IS NOT NULL
        AND v_kept ->> 'state' = dup_select_private.catalog_state(
            ARRAY(SELECT r::oid FROM jsonb_array_elements_text(v_kept -> 'relations') r))
        AND (SELECT bool_and(coalesce(dup_select_private.bytes_of(to_regclass(format('pg_temp.%I', t))) < 262144, false))
             FROM jsonb_array_elements_text(v_kept -> 'tables') t);
END
$$;

-- Makes that function, when it is asked for a second time, and gives its name. NULL where a plan is not of the kind that is kept:
-- where rows go in one by one, or levels together, put_table does more than run statements.
CREATE FUNCTION dup_select_private.keep_few(plan dup_select_private.plan, few_name text) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_plan   dup_select_private.plan;
    v_asked  text := coalesce(current_setting('dup_select.asked', true), '');
    v_tables text[];
    v_body   text;
    v_name   text;
BEGIN
    IF few_name IS NULL OR NOT dup_select_private.is_for_few(plan) THEN
        RETURN NULL;
    ELSIF strpos(v_asked, few_name) = 0 THEN
        PERFORM set_config('dup_select.asked', "left"(concat_ws(' ', few_name, v_asked), 1000), false);
        RETURN NULL;
    ELSIF NOT dup_select_private.make_way(few_name) THEN
        RETURN NULL;
    END IF;
    v_plan := dup_select_private.lasting(plan, few_name);
    v_tables := dup_select_private.work_and_maps(v_plan);
    EXECUTE dup_select_private.make_table(v_plan, (v_plan.names).work);
    FOR v_n IN REVERSE cardinality(v_plan.levels) .. 1 LOOP
        EXECUTE dup_select_private.make_map(v_plan, v_plan.levels[v_n]);
    END LOOP;
    FOREACH v_name IN ARRAY v_tables LOOP
        CALL dup_select_private.note_small(v_name, (v_plan.names).row);
    END LOOP;
    v_body := dup_select_private.few_body(v_plan, few_name);
    EXECUTE format(
'CREATE FUNCTION pg_temp.%I(source text) RETURNS TABLE (input_row pg_catalog.tid, output_key pg_catalog.jsonb)
LANGUAGE plpgsql VOLATILE AS %s%s%2$s', few_name, dup_select_private.free_quote(v_body), v_body);
    EXECUTE format('COMMENT ON FUNCTION pg_temp.%I(text) IS %L', few_name, jsonb_build_object(
        'tables', v_tables, 'relations', dup_select_private.planned_relations(plan), 'state', plan.state));
    RETURN few_name;
END
$$;

-- Call of that function.
CREATE FUNCTION dup_select_private.call_few(few_name text, source oid) RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('SELECT * FROM pg_temp.%I(%L)', few_name, dup_select_private.qualified_name(source))
$$;

-- Whether each level of a plan, of a table of its own, is found or made by natural key, by statements for all rows.
CREATE FUNCTION dup_select_private.is_for_few(plan dup_select_private.plan) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN (SELECT count(DISTINCT ((plan.levels[l]).facts).id) = count(*)
                AND bool_and((plan.levels[l]).together IS NULL AND ((plan.levels[l]).key).parts IS NOT NULL
                             AND ((plan.levels[l]).key).shown AND NOT dup_select_private.is_by_row(plan.levels[l]))
            FROM generate_subscripts(plan.levels, 1) l);
END
$$;

-- Drops that function, if it is there and no longer good, with its tables. False where none can be made: it is another role's, or
-- the session has a hundred, or the caller may make none.
CREATE FUNCTION dup_select_private.make_way(few_name text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_kept jsonb := dup_select_private.kept(few_name);
    v_name text;
BEGIN
    IF v_kept IS NOT NULL THEN
        EXECUTE format('DROP FUNCTION pg_temp.%I(text)', few_name);
        FOR v_name IN SELECT format('pg_temp.%I', t) FROM jsonb_array_elements_text(v_kept -> 'tables') t LOOP
            IF to_regclass(v_name) IS NOT NULL THEN
                EXECUTE 'DROP TABLE ' || v_name;
            END IF;
        END LOOP;
    END IF;
    RETURN dup_select_private.may_keep(few_name);
END
$$;

-- The plan with temporary tables of its own, which last.
CREATE FUNCTION dup_select_private.lasting(plan dup_select_private.plan, few_name text) RETURNS dup_select_private.plan
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_plan  dup_select_private.plan := plan;
    v_taken text[] := '{}';
BEGIN
    v_plan.lasting := true;
    v_plan.names.work := dup_select_private.temporary_table("left"(few_name, 16) || '_rows', v_taken);
    v_plan.wide := (v_plan.names).work;
    FOR v_n IN 1 .. cardinality(plan.levels) LOOP
        v_taken := v_taken || (v_plan.names).work || (v_plan.levels[v_n]).map;
        v_plan.levels[v_n].map := dup_select_private.temporary_table(concat("left"(few_name, 16), '_', v_n), v_taken);
    END LOOP;
    RETURN v_plan;
END
$$;

-- Its temporary tables.
CREATE FUNCTION dup_select_private.work_and_maps(plan dup_select_private.plan) RETURNS text[]
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT (plan.names).work || ARRAY(SELECT (plan.levels[l]).map FROM generate_subscripts(plan.levels, 1) l)
$$;

-- The relations that a plan is about, with partitions, whose triggers matter.
CREATE FUNCTION dup_select_private.planned_relations(plan dup_select_private.plan) RETURNS oid[]
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
    RETURN dup_select_private.with_partitions(
        ARRAY(SELECT ((plan.levels[l]).facts).id FROM generate_subscripts(plan.levels, 1) l)
        || ARRAY(SELECT to_regclass(plan.superclass)::oid WHERE plan.superclass IS NOT NULL));
END
$$;

-- Lets the server know that a temporary table has few rows: of one that was never analyzed it expects ten pages, and would read
-- all of a target of medium size for that. Where a column takes no NULL, it is left at that.
CREATE PROCEDURE dup_select_private.note_small("table" text, row_column text)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('INSERT INTO pg_temp.%I (%I) VALUES (%L)', "table", row_column, '(0,1)');
    EXECUTE format('ANALYZE pg_temp.%I (%I)', "table", row_column);
    EXECUTE format('DELETE FROM pg_temp.%I', "table");
EXCEPTION WHEN integrity_constraint_violation THEN
    NULL;
END
$$;

-- Body of that function: the statements of put_table, whose work table and maps are there and empty.
CREATE FUNCTION dup_select_private.few_body(plan dup_select_private.plan, few_name text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER
    SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan SET jit = off
AS $$
BEGIN
    RETURN format(
'
#variable_conflict use_column
DECLARE
    v_path     pg_catalog.text := pg_catalog.current_setting(''search_path'');
    v_within   pg_catalog.text := pg_catalog.current_setting(''dup_select.few'', true);
    v_rows     pg_catalog.int8;
    v_existing pg_catalog.int8;
    v_inserted pg_catalog.int8;
    v_count    pg_catalog.int8;
BEGIN
    PERFORM pg_catalog.set_config(''dup_select.few'', pg_catalog.concat_ws('' '', v_within, %L), true),
            pg_catalog.set_config(''search_path'', ''pg_catalog, pg_temp'', true);
    EXECUTE pg_catalog.concat(%L, source, '' AS input'');%s%s
    RETURN QUERY %s;
    %s
    PERFORM pg_catalog.set_config(''dup_select.few'', v_within, true), pg_catalog.set_config(''search_path'', v_path, true);
END
',
        few_name,
        dup_select_private.fill_table(plan, (plan.names).work, 'ONLY '),
        CASE WHEN NOT plan.pinned THEN
            chr(10) || '    PERFORM pg_catalog.set_config(''search_path'', v_path, true);' END,
        (SELECT string_agg(dup_select_private.few_of_level(plan, l), '' ORDER BY l DESC)
         FROM generate_subscripts(plan.levels, 1) l),
        dup_select_private.answer(plan, false),
        (SELECT string_agg(format('DELETE FROM pg_temp.%I;', t), chr(10) || '    ')
         FROM unnest(dup_select_private.work_and_maps(plan)) t));
END
$$;

-- The part that finds or makes the rows of one level, and reports it.
CREATE FUNCTION dup_select_private.few_of_level(plan dup_select_private.plan, number integer) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level dup_select_private.plan_level := plan.levels[number];
    v_known text := dup_select_private.known_rows(plan, number);
BEGIN
    RETURN concat(chr(10), chr(10),
        format('    -- %s' || chr(10), dup_select_private.title(v_level)),
        format('    INSERT INTO pg_temp.%I' || chr(10), v_level.map)
            || dup_select_private.classes_query(plan, v_level) || ';' || chr(10),
        '    v_inserted := 0;', chr(10),
        (SELECT string_agg(coalesce(
                    s.once || ';' || chr(10)
                    || '    GET DIAGNOSTICS v_count = ROW_COUNT; v_inserted := v_inserted OPERATOR(pg_catalog.+) v_count;',
                    format(
'    FOR v_attempt IN 1 .. 101 LOOP
        IF v_attempt OPERATOR(pg_catalog.>) %6$s THEN
%1$s;
        END IF;
        IF v_attempt OPERATOR(pg_catalog.=) 1 THEN
            v_existing := (%2$s);
        END IF;
        EXIT WHEN (SELECT pg_catalog.count(*) FROM (%3$s) AS pending) OPERATOR(pg_catalog.=) 0;
        IF v_attempt OPERATOR(pg_catalog.=) 101 THEN
            %4$s
        END IF;
%5$s;
        GET DIAGNOSTICS v_count = ROW_COUNT;
        v_inserted := v_inserted OPERATOR(pg_catalog.+) v_count;
    END LOOP;',
                        s.resolve, v_known, s.pending, dup_select_private.raise_neither(s.title), s.missing,
                        dup_select_private.is_found_at_once(v_level)::integer)),
                chr(10) ORDER BY s.once NULLS FIRST)
         FROM dup_select_private.level_statements(plan, v_level, '{}', false) s),
        format(
'
    v_rows := (%s);
    INSERT INTO pg_temp.put_report
    VALUES (%L, v_rows, LEAST(v_inserted, v_rows OPERATOR(pg_catalog.-) v_existing), v_existing, 0,
            GREATEST(v_rows OPERATOR(pg_catalog.-) v_inserted OPERATOR(pg_catalog.-) v_existing, 0), NULL, 0);',
            v_known, v_level.reported));
END
$$;

-- Statement that raises where a row is neither taken nor shown.
CREATE FUNCTION dup_select_private.raise_neither(title text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT format(
'RAISE EXCEPTION USING MESSAGE = %L, ERRCODE = ''no_data_found'',
                HINT = ''A trigger that leaves rows out, or a row security policy, may be the reason.'';',
        title || ' neither takes a row nor shows the one with its key')
$$;
