SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What people do not call lies in schemas that are dropped and made again with the code: no internal signature needs a migration,
-- and none leaves an overload behind. Whoever is writing or loading ends first; readers are not disturbed, for nothing that is
-- read lies there.
LOCK TABLE exograph.gate IN SHARE ROW EXCLUSIVE MODE;

-- Nothing that users' objects depend on lies there either, but the triggers of the inserter views, which are made again, too.
-- CASCADE would take along, without a word, what somebody has built on it all the same.
DO $$
DECLARE
    v_dependent text;
    v_messages  text := current_setting('client_min_messages');
BEGIN
    WITH ours AS (
        SELECT 'pg_proc'::regclass AS class, p.oid, p.pronamespace AS schema FROM pg_proc p
        UNION ALL
        SELECT 'pg_type'::regclass, t.oid, t.typnamespace FROM pg_type t
        UNION ALL
        SELECT 'pg_class'::regclass, c.oid, c.relnamespace FROM pg_class c
    )
    SELECT format('%s %s depends on %s', i.type, i.identity, pg_describe_object(d.refclassid, d.refobjid, 0)) INTO v_dependent
    FROM ours o
    JOIN pg_namespace n ON n.oid = o.schema AND n.nspname IN ('exograph_private', 'dup_select_private')
    JOIN pg_depend d ON d.refclassid = o.class AND d.refobjid = o.oid AND d.deptype <> 'i' -- a TOAST table
    LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid -- that of a view
    CROSS JOIN LATERAL pg_identify_object(CASE WHEN r.oid IS NULL THEN d.classid ELSE 'pg_class'::regclass END,
                                          coalesce(r.ev_class, d.objid), CASE WHEN r.oid IS NULL THEN d.objsubid ELSE 0 END) i
    WHERE i.schema IS DISTINCT FROM n.nspname AND NOT (i.type = 'trigger' AND i.identity LIKE '% on exograph\_in.%')
    ORDER BY i.type, i.identity
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '%, which is made again with the code', v_dependent
            USING ERRCODE = 'XG013', HINT = 'Drop it, or let it use what is in schemas exograph and dup_select, which stays.';
    END IF;
    PERFORM set_config('client_min_messages', 'warning', true); -- not how many functions go
    DROP SCHEMA IF EXISTS exograph_private, dup_select_private CASCADE;
    PERFORM set_config('client_min_messages', v_messages, true);
END
$$;

CREATE SCHEMA exograph_private;
COMMENT ON SCHEMA exograph_private IS
    'The machinery of exograph and exograph_in, made again with every version of the code. Nobody has a right on it.';

CREATE SCHEMA dup_select_private;
COMMENT ON SCHEMA dup_select_private IS
    'The machinery of dup_select, made again with every version of the code. Not to be called.';
