SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Settings under which put_table and put_schema put rows in. In a SET clause they would hold for a step alone.

-- Until the transaction ends, or restore_settings is called: the memory that a load has, where work_mem is less; no jit, which
-- takes longer than it spares; and statistics of 3,000 rows a table, not 30,000: a tenth of the time of all of put_schema.
-- Returns what was set before.
CREATE FUNCTION dup_select_private.change_settings() RETURNS text[]
LANGUAGE plpgsql VOLATILE SECURITY INVOKER AS $$
DECLARE
    v_memory pg_catalog.text   := pg_catalog.current_setting('work_mem');
    v_before pg_catalog.text[] := ARRAY[v_memory, pg_catalog.current_setting('jit'),
                                        pg_catalog.current_setting('default_statistics_target')];
BEGIN
    CALL dup_select_private.restore_settings(ARRAY[dup_select_private.memory_to_work(v_memory), 'off', '10']);
    RETURN v_before;
END
$$;

-- Sets them to what change_settings has returned.
CREATE PROCEDURE dup_select_private.restore_settings(before text[])
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
    PERFORM pg_catalog.set_config('work_mem', before[1], true), pg_catalog.set_config('jit', before[2], true),
            pg_catalog.set_config('default_statistics_target', before[3], true);
END
$$;

-- Statement of a script that puts the server's search_path in the place of the caller's until unpin_statement, for what the
-- functions run under it: expressions, which were checked under it, and what the server cannot print for every path.
CREATE FUNCTION dup_select_private.pin_statement() RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT 'SELECT pg_catalog.set_config(''put.search_path'', pg_catalog.current_setting(''search_path''), true), '
        'pg_catalog.set_config(''search_path'', ''pg_catalog, pg_temp'', true)'
$$;

-- Statement of a script that puts the caller's search_path back.
CREATE FUNCTION dup_select_private.unpin_statement() RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
    SELECT 'SELECT pg_catalog.set_config(''search_path'', pg_catalog.current_setting(''put.search_path''), true)'
$$;
