SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;
SET LOCAL check_function_bodies = off; -- a step comes before its helpers

-- What put_table says of each table in pg_temp.put_report.

-- Notes that the turn of a level has come, or of those that are put together. What their statements do not tell, the number of
-- rows inserted, is a difference of two counts of the server's.
CREATE PROCEDURE dup_select_private.begin_report(plan dup_select_private.plan, number integer)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO pg_temp.put_report (table_name, rows_in, inserted)
    SELECT t.table_name, 0, -coalesce(dup_select_private.tuples_inserted(plan, t.level), 0)
    FROM dup_select_private.reported_tables(plan, number) t
    WHERE NOT EXISTS (SELECT FROM pg_temp.put_report r WHERE r.table_name = t.table_name);
END
$$;

-- Adds the rows that exist.
CREATE PROCEDURE dup_select_private.report_existing(plan dup_select_private.plan, number integer)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_table record;
BEGIN
    FOR v_table IN SELECT t.table_name, t.levels FROM dup_select_private.reported_tables(plan, number) t LOOP
        UPDATE pg_temp.put_report r
        SET existing = r.existing + (
            SELECT sum(dup_select_private.number_of(dup_select_private.known_rows(plan, l))) FROM unnest(v_table.levels) l)
        WHERE r.table_name = v_table.table_name;
    END LOOP;
END
$$;

-- Adds the rows that were inserted.
CREATE PROCEDURE dup_select_private.report_inserted(plan dup_select_private.plan, number integer, inserted bigint)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE pg_temp.put_report r
    SET inserted = r.inserted + coalesce(dup_select_private.tuples_inserted(plan, t.level), report_inserted.inserted)
    FROM dup_select_private.reported_tables(plan, number) t
    WHERE r.table_name = t.table_name;
END
$$;

-- Adds how many rows have named a row of each table, and what became of the rest of them.
CREATE PROCEDURE dup_select_private.finish_report(plan dup_select_private.plan, on_existing text)
LANGUAGE plpgsql SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE pg_temp.put_report r
    SET rows_in = (SELECT sum(dup_select_private.number_of(dup_select_private.known_rows(plan, l)))
                   FROM generate_subscripts(plan.levels, 1) l
                   WHERE (plan.levels[l]).reported = r.table_name);
    UPDATE pg_temp.put_report r
    SET rows_in = r.rows_in + p.rejected - p.existing, rejected = p.rejected,
        existing = CASE on_existing WHEN 'fail' THEN 0 WHEN 'update' THEN r.existing - r.updated ELSE r.existing END,
        updated = CASE on_existing WHEN 'update' THEN r.updated ELSE 0 END
    FROM (SELECT count(*) AS rejected, count(*) FILTER (WHERE rule = 'exists already') AS existing FROM pg_temp.put_rejects) p
    WHERE r.table_name = (plan.levels[1]).reported;
    -- A trigger may have inserted more.
    UPDATE pg_temp.put_report r
    SET inserted = least(r.inserted, r.rows_in - r.existing - r.updated - r.rejected),
        collapsed = greatest(r.rows_in - r.inserted - r.existing - r.updated - r.rejected, 0),
        conflicting = CASE WHEN on_existing = 'update' THEN r.updated END;
END
$$;

-- A table for each level of a step, with those of its levels.
CREATE FUNCTION dup_select_private.reported_tables(plan dup_select_private.plan, number integer)
RETURNS TABLE (table_name text, level integer, levels integer[])
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT (plan.levels[l]).reported, min(l), array_agg(l)
    FROM generate_subscripts(plan.levels, 1) l
    WHERE l = number OR (plan.levels[l]).together IS NOT NULL AND (plan.levels[number]).together IS NOT NULL
    GROUP BY 1;
END
$$;

-- How many rows this transaction has inserted into the table of a level whose statements do not tell: one whose rows go in one by
-- one, or which is put together with others. NULL where they do.
CREATE FUNCTION dup_select_private.tuples_inserted(plan dup_select_private.plan, number integer) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (plan.levels[number]).together IS NULL AND NOT dup_select_private.is_by_row(plan.levels[number]) THEN
        RETURN NULL;
    END IF;
    RETURN dup_select_private.rows_inserted(((plan.levels[number]).facts).id);
END
$$;

-- Query that counts the rows of which a row of a level is known, and was not given.
CREATE FUNCTION dup_select_private.known_rows(plan dup_select_private.plan, number integer) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
    v_level dup_select_private.plan_level := plan.levels[number];
    v_all   text := format('pg_catalog.num_nulls(%s) OPERATOR(pg_catalog.=) 0', dup_select_private.reference_list(v_level.own));
BEGIN
    RETURN CASE
        WHEN v_level.classes IS NOT NULL THEN format('SELECT coalesce(pg_catalog.sum(%I), 0) FROM pg_temp.%I AS %I WHERE %s',
            (plan.names).number, v_level.map, (plan.names).rows, v_all)
        WHEN v_level.map IS NOT NULL THEN format('SELECT pg_catalog.count(*) FROM pg_temp.%I', v_level.map)
        WHEN number = 1 THEN format('SELECT pg_catalog.count(*) FROM %s WHERE %s', dup_select_private.work_rows(plan),
            dup_select_private.work_column(plan, (plan.names).done))
        ELSE format('SELECT pg_catalog.count(*) FROM %s WHERE NOT %s AND %s', dup_select_private.work_rows(plan),
            dup_select_private.work_column(plan, v_level.settled), v_all)
    END;
END
$$;

-- What is said of a level when its turn is over.
CREATE FUNCTION dup_select_private.progress(plan dup_select_private.plan, number integer) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT string_agg(format('%s: %s rows inserted, %s found', r.table_name, r.inserted, r.existing), '; '
                              ORDER BY r.table_name)
            FROM pg_temp.put_report r
            JOIN dup_select_private.reported_tables(plan, number) t ON t.table_name = r.table_name);
END
$$;
