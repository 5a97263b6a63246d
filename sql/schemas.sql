SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Code that nobody calls from outside lives in a schema of its own, which is dropped and made again with all of the code: a
-- signature that changed leaves no overload behind, and needs no migration. Whoever is writing or loading ends first; whoever
-- reads is not disturbed, for nothing that is read lies there.
LOCK TABLE exograph.gate IN SHARE ROW EXCLUSIVE MODE;

-- CASCADE would take along, without a word, what somebody has built on it.
DO $$
DECLARE
    v_dependent text;
BEGIN
    SELECT string_agg(DISTINCT format('%s on %s', o.identity, d.refobjid::regprocedure), '; ') INTO v_dependent
    FROM pg_proc p
    JOIN pg_depend d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid AND d.deptype = 'n'
    CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) o
    WHERE p.pronamespace = to_regnamespace('exograph_private')
        AND NOT (o.type = 'trigger' AND o.identity LIKE '% on exograph\_in.%')
        AND coalesce(o.schema, '') <> 'exograph_private';
    IF v_dependent IS NOT NULL THEN
        RAISE EXCEPTION 'schema exograph_private is made again, and other objects depend on it' USING ERRCODE = 'XG013',
            DETAIL = v_dependent, HINT = 'Drop them, or have them use what is in schema exograph.';
    END IF;
END
$$;

SET LOCAL client_min_messages = warning; -- without the list of what goes
DROP SCHEMA IF EXISTS exograph_private CASCADE;
CREATE SCHEMA exograph_private;
COMMENT ON SCHEMA exograph_private IS
    'Code behind schemas exograph and exograph_in. Nobody has a right on it; it is made again whenever any of the code changes.';
