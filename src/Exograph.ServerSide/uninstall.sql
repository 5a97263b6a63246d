-- Takes Exograph out of a database: its schemas with all that is in them, and its roles, unless another database of the cluster
-- needs them. For a superuser, or a member of exograph_owner; roles are dropped by who may drop them. Without exograph.force it
-- refuses where loads are open, or where something of others depends on what goes, and changes nothing then.

-- What goes: the schemas of ours and what lies in them, with what belongs to it (indexes, rules, constraints, types).
CREATE TEMPORARY TABLE exograph_going ON COMMIT DROP AS
WITH RECURSIVE going (classid, objid) AS (
    SELECT 'pg_namespace'::regclass::oid, n.oid
    FROM pg_namespace n
    WHERE n.nspname IN ('exograph', 'exograph_in', 'exograph_find', 'exograph_shard', 'exograph_cluster', 'exograph_all',
                        'exograph_private', 'dup_select', 'dup_select_private')
        OR (n.nspname ~ '^exograph_load_[0-9]+$' OR n.nspname IN ('exograph_trgm', 'exograph_dblink'))
            AND n.nspowner = (SELECT r.oid FROM pg_roles r WHERE r.rolname = 'exograph_owner')
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, s.oid
    FROM pg_foreign_server s
    WHERE s.srvname ~ '^exograph_shard_[0-9]' AND s.srvowner = (SELECT r.oid FROM pg_roles r WHERE r.rolname = 'exograph_owner')
    UNION
    SELECT d.classid, d.objid
    FROM going g
    JOIN pg_depend d ON d.refclassid = g.classid AND d.refobjid = g.objid
    WHERE d.deptype IN ('a', 'i', 'e', 'P', 'S') OR d.refclassid = 'pg_namespace'::regclass
        OR d.refclassid = 'pg_foreign_server'::regclass AND d.classid = 'pg_user_mapping'::regclass
)
SELECT g.classid, g.objid FROM going g;

DO $$
DECLARE
    v_force      boolean := coalesce(nullif(current_setting('exograph.force', true), ''), 'off')::boolean;
    v_owners     text;
    v_open       text;
    v_dependents text;
BEGIN
    IF current_setting('lock_timeout') = '0' THEN
        PERFORM set_config('lock_timeout', '60s', true);
    END IF;
    IF NOT EXISTS (SELECT FROM exograph_going) THEN
        RAISE NOTICE 'there is nothing of Exograph in database %', quote_ident(current_database());
    END IF;
    SELECT string_agg(DISTINCT quote_ident(r.rolname), ', ') INTO v_owners
    FROM exograph_going g
    JOIN pg_namespace n ON g.classid = 'pg_namespace'::regclass AND n.oid = g.objid
    JOIN pg_roles r ON r.oid = n.nspowner
    WHERE NOT pg_has_role(r.oid, 'USAGE');
    IF v_owners IS NOT NULL THEN
        RAISE EXCEPTION 'role % may not drop what belongs to %', quote_ident(current_user), v_owners
            USING ERRCODE = 'insufficient_privilege', HINT = format('A superuser may, or a member of %s.', v_owners);
    END IF;
    IF NOT v_force AND to_regclass('exograph.loads') IS NOT NULL THEN
        SELECT string_agg(format('load %s (%L of %s)', l.load_id, left(l.label, 40), l.started_by), ', ' ORDER BY l.load_id)
        INTO v_open
        FROM exograph.loads l
        WHERE l.state = 'open';
        IF v_open IS NOT NULL THEN
            RAISE EXCEPTION 'loads are open, and would be lost' USING ERRCODE = 'XG002', DETAIL = v_open || '.',
                HINT = 'Finalize or abandon them, or force it (uninstall --force, SET exograph.force = on).';
        END IF;
    END IF;

    -- Others' objects that could not be without ours; what our roles own elsewhere; functions whose text names our schemas.
    SELECT string_agg(o.what, '; ' ORDER BY o.what) INTO v_dependents
    FROM (
        SELECT pg_describe_object(coalesce(v.class, d.classid), coalesce(v.object, d.objid), 0) AS what
        FROM exograph_going g
        JOIN pg_depend d ON d.refclassid = g.classid AND d.refobjid = g.objid
        LEFT JOIN LATERAL (SELECT 'pg_class'::regclass::oid AS class, r.ev_class AS object
                           FROM pg_rewrite r WHERE d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid) v ON true
        WHERE NOT EXISTS (SELECT FROM exograph_going o
                          WHERE o.classid = coalesce(v.class, d.classid) AND o.objid = coalesce(v.object, d.objid))
        UNION
        SELECT pg_describe_object(s.classid, s.objid, 0) || ' of role ' || r.rolname
        FROM pg_shdepend s
        JOIN pg_roles r ON r.oid = s.refobjid
        WHERE s.refclassid = 'pg_authid'::regclass AND s.deptype = 'o'
            AND r.rolname IN ('exograph_owner', 'exograph_loader', 'exograph_reader')
            AND s.dbid = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())
            AND NOT EXISTS (SELECT FROM exograph_going o WHERE o.classid = s.classid AND o.objid = s.objid)
            AND NOT EXISTS (SELECT FROM pg_class c
                            WHERE c.oid = 'exograph_going'::regclass AND s.objid IN (c.oid, c.reltype, c.reltoastrelid))
        UNION
        SELECT format('function %s, whose text names a schema of ours', p.oid::regprocedure)
        FROM pg_proc p
        WHERE p.prosrc ~ '\m(exograph(_in|_find|_shard|_cluster|_all|_private)?|dup_select(_private)?)\.'
            AND NOT EXISTS (SELECT FROM exograph_going o WHERE o.classid = 'pg_proc'::regclass AND o.objid = p.oid)
    ) o;
    IF v_dependents IS NOT NULL THEN
        IF NOT v_force THEN
            RAISE EXCEPTION 'something of others depends on Exograph' USING ERRCODE = 'dependent_objects_still_exist',
                DETAIL = v_dependents || '.',
                HINT = 'Drop it, or have it go, or be left without what it calls, by force '
                       '(uninstall --force, SET exograph.force = on).';
        END IF;
        RAISE NOTICE 'by force, without what it depended on: %', v_dependents;
    END IF;
END
$$;

DO $$
DECLARE
    v_server   text;
    v_schema   text;
    v_messages text := current_setting('client_min_messages');
    v_holders  text;
BEGIN
    PERFORM set_config('client_min_messages', 'warning', true); -- CASCADE lists what was named above
    FOR v_server IN
        SELECT s.srvname
        FROM exograph_going g
        JOIN pg_foreign_server s ON g.classid = 'pg_foreign_server'::regclass AND s.oid = g.objid
        ORDER BY s.srvname
    LOOP
        EXECUTE format('DROP SERVER %I CASCADE', v_server);
    END LOOP;
    FOR v_schema IN
        SELECT n.nspname
        FROM exograph_going g
        JOIN pg_namespace n ON g.classid = 'pg_namespace'::regclass AND n.oid = g.objid
        ORDER BY n.nspname
    LOOP
        EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', v_schema);
    END LOOP;
    IF EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'exograph_owner') THEN
        PERFORM set_config('client_min_messages', 'error', true); -- who has not given a right is warned that it stays
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM exograph_owner', current_database());
    END IF;
    PERFORM set_config('client_min_messages', v_messages, true);
    IF EXISTS (SELECT FROM pg_database d
               CROSS JOIN LATERAL aclexplode(d.datacl) a
               JOIN pg_roles r ON r.oid = a.grantee
               WHERE d.datname = current_database() AND r.rolname = 'exograph_owner')
    THEN
        RAISE NOTICE 'rights of exograph_owner on the database stay. Its owner runs: REVOKE ALL ON DATABASE % FROM exograph_owner;',
            quote_ident(current_database());
    END IF;
EXCEPTION WHEN lock_not_available THEN
    SELECT string_agg(DISTINCT format('process %s (role %s, application %L)', a.pid, a.usename, a.application_name), ', ')
    INTO v_holders
    FROM exograph_going g
    JOIN pg_locks l ON g.classid = 'pg_class'::regclass AND l.relation = g.objid AND l.granted AND l.pid <> pg_backend_pid()
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
    JOIN pg_stat_activity a ON a.pid = l.pid;
    RAISE EXCEPTION 'Exograph is in use' USING ERRCODE = 'lock_not_available',
        DETAIL = format('It waited for longer than lock_timeout (%s) for %s.', current_setting('lock_timeout'),
                        coalesce(v_holders, 'who has ended by now')),
        HINT = 'Nothing was changed. Let them end, or pg_terminate_backend ends them, and call again.';
END
$$;

-- Roles are the cluster's: those that another database knows stay, all three.
DO $$
DECLARE
    v_elsewhere text;
    v_roles     text;
BEGIN
    SELECT string_agg(DISTINCT quote_ident(b.datname), ', ') INTO v_elsewhere
    FROM pg_shdepend s
    JOIN pg_roles r ON r.oid = s.refobjid AND r.rolname IN ('exograph_owner', 'exograph_loader', 'exograph_reader')
    JOIN pg_database b ON b.oid = CASE WHEN s.classid = 'pg_database'::regclass THEN s.objid ELSE s.dbid END
    WHERE s.refclassid = 'pg_authid'::regclass AND b.datname <> current_database();
    SELECT string_agg(quote_ident(r.rolname), ', ' ORDER BY r.rolname) INTO v_roles
    FROM pg_roles r
    WHERE r.rolname IN ('exograph_owner', 'exograph_loader', 'exograph_reader');
    IF v_roles IS NULL THEN
        RETURN;
    ELSIF v_elsewhere IS NOT NULL THEN
        RAISE NOTICE 'roles % stay: they are known in database %', v_roles, v_elsewhere;
        RETURN;
    END IF;
    BEGIN
        BEGIN
            EXECUTE format('DROP ROLE %s', v_roles);
        EXCEPTION WHEN dependent_objects_still_exist THEN
            -- Rights that somebody has given them on other objects; what they own was named above.
            EXECUTE format('DROP OWNED BY %s', v_roles);
            EXECUTE format('DROP ROLE %s', v_roles);
        END;
        RAISE NOTICE 'dropped roles %', v_roles;
    EXCEPTION WHEN insufficient_privilege OR dependent_objects_still_exist THEN
        RAISE NOTICE 'roles % stay: %. A superuser runs: DROP OWNED BY %; DROP ROLE %;', v_roles, SQLERRM, v_roles, v_roles;
    END;
END
$$;
