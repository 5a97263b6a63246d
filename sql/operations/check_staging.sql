SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Schemas of staging of loads that are not open. What keep_maps has kept is none of them.
CREATE OR REPLACE FUNCTION exograph_private.check_staging() RETURNS SETOF exograph_private.finding
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT 'staging left behind', 'schema ' || quote_ident(n.nspname),
           CASE WHEN l.load_id IS NULL THEN 'exograph.loads knows no such load' ELSE format('its load is %s', l.state) END,
           format('DROP SCHEMA %I CASCADE;', n.nspname)
    FROM pg_namespace n
    LEFT JOIN exograph.loads l ON n.nspname = 'exograph_load_' || l.load_id
    WHERE n.nspname ~ '^exograph_load_[0-9]+$' AND n.nspowner = 'exograph_owner'::regrole AND l.state IS DISTINCT FROM 'open'
        AND NOT (l.state = 'finalized'
                 AND NOT EXISTS (SELECT FROM pg_class c
                                 WHERE c.relnamespace = n.oid AND c.relkind = 'r' AND NOT starts_with(c.relname, 'map_')))
    ORDER BY 1, 2
$$;

-- Open loads whose staging is lost. A load that ends at this moment holds its staging, or is not open any more: it is left alone.
-- On a standby nobody can tell: unlogged tables are not replicated.
CREATE OR REPLACE FUNCTION exograph_private.check_open_loads() RETURNS SETOF exograph_private.finding
LANGUAGE plpgsql VOLATILE SECURITY INVOKER SET lock_timeout = '500ms' AS $$
DECLARE
    v_load   integer;
    v_detail text;
BEGIN
    FOR v_load IN
        SELECT l.load_id FROM exograph.loads l WHERE l.state = 'open' AND NOT pg_is_in_recovery() ORDER BY 1
    LOOP
        BEGIN
            CALL exograph_private.require_staging(v_load);
        EXCEPTION
            WHEN SQLSTATE 'XG004' THEN
                GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
                IF EXISTS (SELECT FROM exograph.loads l WHERE l.load_id = v_load AND l.state = 'open') THEN
                    RETURN QUERY SELECT
                        'staging lost', 'load ' || v_load, v_detail, format('CALL exograph.abandon_load(%s);', v_load);
                END IF;
            WHEN lock_not_available OR undefined_table OR undefined_object THEN
                PERFORM exograph_private.check_statement_timeout();
        END;
    END LOOP;
END
$$;
