-- What people do not call: dropped and made again with the code, so that no internal signature needs a migration. Nothing that
-- users' objects depend on lies here, and what the toolkit generates stands alone. Who depends on it all the same is told.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

DO $$
DECLARE
    v_dependent text;
    v_messages  text := current_setting('client_min_messages');
BEGIN
    WITH ours AS (
        SELECT 'pg_proc'::regclass AS class, p.oid FROM pg_proc p WHERE p.pronamespace = to_regnamespace('dup_select_private')
        UNION ALL
        SELECT 'pg_type'::regclass, t.oid FROM pg_type t WHERE t.typnamespace = to_regnamespace('dup_select_private')
        UNION ALL
        SELECT 'pg_class'::regclass, c.oid FROM pg_class c WHERE c.relnamespace = to_regnamespace('dup_select_private')
    )
    SELECT format('%s %s depends on %s', i.type, i.identity, pg_describe_object(d.refclassid, d.refobjid, 0)) INTO v_dependent
    FROM ours o
    JOIN pg_depend d ON d.refclassid = o.class AND d.refobjid = o.oid
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid -- that of a view
    CROSS JOIN LATERAL pg_identify_object(CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END,
                                          coalesce(r.ev_class, d.objid), CASE WHEN r.oid IS NULL THEN d.objsubid ELSE 0 END) i
    WHERE i.schema IS DISTINCT FROM 'dup_select_private'
    ORDER BY i.type, i.identity
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '%, which is made again with the code', v_dependent
            USING ERRCODE = 'XG013', HINT = 'Drop it, or let it use the functions of schema dup_select, which stay.';
    END IF;
    PERFORM set_config('client_min_messages', 'warning', true); -- not how many functions go
    DROP SCHEMA IF EXISTS dup_select_private CASCADE;
    PERFORM set_config('client_min_messages', v_messages, true);
END
$$;

CREATE SCHEMA dup_select_private;
COMMENT ON SCHEMA dup_select_private IS
    'The machinery of dup_select, made again with every version of the code. Not to be called.';
