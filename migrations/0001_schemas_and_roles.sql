-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
-- The migrator runs this one again where a restore into another database or cluster did not bring what is made here.
--
-- The schemas and the three roles. Roles belong to the cluster, not to the database: another installation may have made
-- them, or be making them at this moment. Whatever existed before is taken over only where nobody else can have a hand in it:
-- definer functions work with the rights of the owner, so whoever acts for it owns the index.

-- Also where another upgrader runs this under a path of its own: what is bound here stays bound.
SET LOCAL search_path = pg_catalog, pg_temp;

DO $$
BEGIN
    IF current_setting('server_version_num')::integer < 150000 THEN
        RAISE EXCEPTION 'PostgreSQL 15 or later is required, this is %', current_setting('server_version')
            USING ERRCODE = 'feature_not_supported', HINT = 'Unique keys are NULLS NOT DISTINCT, which came with PostgreSQL 15.';
    END IF;
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'the database encoding must be UTF8, this is %', current_setting('server_encoding')
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'CREATE DATABASE ... ENCODING ''UTF8'' TEMPLATE template0 makes one.';
    END IF;
END
$$;

DO $$
DECLARE
    v_role text;
BEGIN
    FOREACH v_role IN ARRAY ARRAY['exograph_owner', 'exograph_loader', 'exograph_reader'] LOOP
        BEGIN
            IF to_regrole(v_role) IS NULL THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
            END IF;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN
                NULL; -- a concurrent installation was first
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'role % may not create roles, and role % does not exist', quote_ident(current_user), v_role
                    USING ERRCODE = 'insufficient_privilege', HINT = format(
                        'Have a superuser run: CREATE ROLE exograph_owner; CREATE ROLE exograph_loader; '
                        'CREATE ROLE exograph_reader; GRANT exograph_owner TO %I;', current_user);
        END;
    END LOOP;
END
$$;

-- A role that somebody else has made beforehand could be a way in.
DO $$
DECLARE
    v_problem text;
    v_remedy  text;
BEGIN
    WITH ours AS (
        SELECT r.* FROM pg_roles r WHERE r.rolname IN ('exograph_owner', 'exograph_loader', 'exograph_reader')
    )
    SELECT p.problem, p.remedy INTO v_problem, v_remedy
    FROM (
        SELECT 1, o.rolname,
               format('role %s has powers that it must not have: %s', o.rolname,
                      concat_ws(', ', CASE WHEN o.rolsuper THEN 'SUPERUSER' END, CASE WHEN o.rolcanlogin THEN 'LOGIN' END,
                                CASE WHEN o.rolcreaterole THEN 'CREATEROLE' END, CASE WHEN o.rolcreatedb THEN 'CREATEDB' END,
                                CASE WHEN o.rolreplication THEN 'REPLICATION' END,
                                CASE WHEN o.rolbypassrls THEN 'BYPASSRLS' END)),
               format('If it is yours: ALTER ROLE %I NOSUPERUSER NOLOGIN NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS; '
                      'else DROP ROLE.', o.rolname)
        FROM ours o
        WHERE o.rolsuper OR o.rolcanlogin OR o.rolcreaterole OR o.rolcreatedb OR o.rolreplication OR o.rolbypassrls
        UNION ALL
        SELECT 2, o.rolname, format('role %s is a member of role %s', o.rolname, quote_ident(g.rolname)),
               format('REVOKE %I FROM %I;', g.rolname, o.rolname)
        FROM ours o JOIN pg_auth_members m ON m.member = o.oid JOIN pg_roles g ON g.oid = m.roleid
        WHERE g.rolname <> 'pg_read_all_stats' -- an administrator's choice: errors name since when a lock is held
            AND (o.rolname = 'exograph_owner' OR g.rolname NOT IN ('exograph_loader', 'exograph_reader'))
        UNION ALL
        -- From PostgreSQL 16 who makes a role is its administrator, by a grant of the first superuser.
        SELECT 3, o.rolname,
               format('role %s has a member %s that was not granted by a superuser or by who installs, or may grant it to others',
                      o.rolname, quote_ident(g.rolname)),
               format('If it should be one, a superuser runs: REVOKE %I FROM %I CASCADE; GRANT %I TO %I; else DROP ROLE %I.',
                      o.rolname, g.rolname, o.rolname, g.rolname, o.rolname)
        FROM ours o
        JOIN pg_auth_members m ON m.roleid = o.oid
        JOIN pg_roles g ON g.oid = m.member
        LEFT JOIN pg_roles by ON by.oid = m.grantor
        WHERE NOT g.rolsuper AND g.rolname NOT IN (current_user, session_user, 'exograph_loader')
            AND (m.admin_option OR NOT coalesce(by.rolsuper OR by.rolname IN (current_user, session_user), false))
        UNION ALL
        SELECT 4, o.rolname, format('role %s has default privileges in this database', o.rolname),
               format('\ddp shows them; DROP OWNED BY %I takes them away.', o.rolname)
        FROM ours o JOIN pg_default_acl d ON d.defaclrole = o.oid
        WHERE to_regclass('exograph.loads') IS NULL -- once Exograph is installed, they are the administrator's
    ) p (place, role, problem, remedy)
    ORDER BY p.place, p.role
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '%', v_problem USING ERRCODE = 'XG014', HINT = v_remedy;
    END IF;
END
$$;

-- Who installs without being a superuser must be able to act for the owner.
DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'exograph_owner',
                       CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' ELSE 'SET' END)
    THEN
        EXECUTE format('GRANT exograph_owner TO %I', current_user);
    END IF;
EXCEPTION
    WHEN unique_violation THEN
        NULL; -- a concurrent installation by the same role was first
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'role % may not act for exograph_owner, which another role has made', quote_ident(current_user)
            USING ERRCODE = 'insufficient_privilege',
                HINT = format('Have a superuser run: GRANT exograph_owner TO %I;', current_user);
END
$$;

-- begin_load makes a schema of its own for each load.
DO $$
BEGIN
    IF NOT has_database_privilege('exograph_owner', current_database(), 'CREATE') THEN
        BEGIN
            EXECUTE format('GRANT CREATE ON DATABASE %I TO exograph_owner', current_database());
        EXCEPTION WHEN insufficient_privilege THEN
            NULL; -- told below, as where the grant was without effect
        END;
    END IF;
    IF NOT has_database_privilege('exograph_owner', current_database(), 'CREATE') THEN
        RAISE EXCEPTION 'role % may not let exograph_owner create schemas in database %',
            quote_ident(current_user), quote_ident(current_database())
            USING ERRCODE = 'insufficient_privilege',
                HINT = format('Have the owner of the database run: GRANT CREATE ON DATABASE %I TO exograph_owner;',
                              current_database());
    END IF;
END
$$;

-- A schema of ours that existed before the installation must be empty, but for the journal, which DbUp makes before the first
-- script; it and the journal must belong to who installs. After a restore they hold our own objects, of a superuser.
DO $$
DECLARE
    v_is_new  boolean := to_regclass('exograph.loads') IS NULL;
    v_problem text;
    v_remedy  text;
BEGIN
    WITH ours AS (
        SELECT n.oid, n.nspname, n.nspowner
        FROM pg_namespace n
        WHERE n.nspname IN ('exograph', 'exograph_in', 'exograph_find', 'exograph_shard', 'exograph_cluster', 'exograph_all',
                            'exograph_private', 'dup_select', 'dup_select_private')
    ), held AS (
        -- What belongs to the first superuser, role 10, is not noted in pg_shdepend.
        SELECT n.nspname, i.type, i.identity, coalesce(s.refobjid, 10) AS owner,
               d.classid = 'pg_class'::regclass AND (SELECT c.relname FROM pg_class c WHERE c.oid = d.objid)
                   IN ('schemaversions', 'schemaversions_schemaversionsid_seq') AS is_journal
        FROM ours n
        JOIN pg_depend d ON d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid
        LEFT JOIN pg_shdepend s ON s.deptype = 'o' AND s.classid = d.classid AND s.objid = d.objid
            AND s.dbid = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())
        JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) i ON i.schema = n.nspname -- and no default privileges, no rule
    )
    SELECT p.problem, p.remedy INTO v_problem, v_remedy
    FROM (
        SELECT format('schema %s exists already and belongs to role %s', n.nspname, r.rolname),
               format('If it is yours and empty, drop it, or ALTER SCHEMA %I OWNER TO %I; else choose another database.',
                      n.nspname, current_user)
        FROM ours n JOIN pg_roles r ON r.oid = n.nspowner
        WHERE NOT (r.rolname IN ('exograph_owner', current_user) OR r.rolsuper AND NOT v_is_new)
        UNION ALL
        SELECT format('schema %s holds %s %s, which %s', h.nspname, h.type, h.identity,
                      CASE WHEN v_is_new AND NOT h.is_journal THEN 'existed before the installation and ' ELSE '' END || 'belongs'
                          || ' to role ' || quote_ident(r.rolname)),
               'Look what it is, and who made it; drop it, or choose another database.'
        FROM held h JOIN pg_roles r ON r.oid = h.owner
        WHERE v_is_new AND NOT h.is_journal
            OR NOT (r.rolname IN ('exograph_owner', current_user) OR r.rolsuper AND NOT v_is_new)
        ORDER BY 1
    ) p (problem, remedy)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '%', v_problem USING ERRCODE = 'XG013', HINT = v_remedy;
    END IF;
END
$$;

-- What existed there is handed over to the owner, without the rights that default privileges of its maker have given others.
DO $$
DECLARE
    v_statement text;
BEGIN
    FOR v_statement IN
        WITH ours AS (
            SELECT n.* FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner
            WHERE n.nspname IN ('exograph', 'exograph_in', 'exograph_find', 'exograph_shard', 'exograph_cluster', 'exograph_all',
                                'exograph_private', 'dup_select', 'dup_select_private')
                OR n.nspname ~ '^exograph_load_[0-9]+$' AND (r.rolname = current_user OR r.rolsuper)
        ), relations AS (
            SELECT c.*, CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS kind
            FROM pg_class c JOIN ours n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'S', 'c')
        ), rights AS (
            SELECT 'SCHEMA' AS kind, quote_ident(n.nspname) AS name, a.grantee
            FROM ours n CROSS JOIN LATERAL aclexplode(n.nspacl) a
            WHERE a.grantee <> n.nspowner
            UNION
            SELECT CASE c.kind WHEN 'SEQUENCE' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass::text, a.grantee
            FROM relations c CROSS JOIN LATERAL aclexplode(c.relacl) a
            WHERE a.grantee <> c.relowner
        )
        SELECT format('REVOKE ALL ON %s %s FROM %s CASCADE', a.kind, a.name,
                      CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
        FROM rights a
        WHERE to_regclass('exograph.loads') IS NULL
        UNION ALL
        SELECT format('ALTER SCHEMA %I OWNER TO exograph_owner', n.nspname)
        FROM ours n
        WHERE n.nspowner <> 'exograph_owner'::regrole
        UNION ALL
        SELECT format('ALTER %s %s OWNER TO exograph_owner', c.kind, c.oid::regclass)
        FROM relations c
        WHERE c.relowner <> 'exograph_owner'::regrole
            AND NOT (c.relkind = 'S' -- that of a column goes with its table
                     AND EXISTS (SELECT FROM pg_depend d
                                 WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')))
        UNION ALL
        SELECT format('ALTER ROUTINE %s OWNER TO exograph_owner', p.oid::regprocedure)
        FROM pg_proc p JOIN ours n ON n.oid = p.pronamespace
        WHERE p.proowner <> 'exograph_owner'::regrole
    LOOP
        EXECUTE v_statement;
    END LOOP;
END
$$;

CREATE SCHEMA IF NOT EXISTS exograph AUTHORIZATION exograph_owner;
CREATE SCHEMA IF NOT EXISTS exograph_in AUTHORIZATION exograph_owner;
CREATE SCHEMA IF NOT EXISTS dup_select AUTHORIZATION exograph_owner;

-- From here on as the owner: default privileges of who installs apply to nothing that is made.
SET LOCAL ROLE exograph_owner;

COMMENT ON SCHEMA exograph IS 'Index of source code: the index tables, the load ledger, and the procedures that load it.';
COMMENT ON SCHEMA exograph_in IS
    'Inserter views: insert rows by natural key, get ids. Under session_replication_role = replica they store nothing, though '
    'INSERT counts the rows: PostgreSQL fires no trigger of a view then, nor can one be enabled ALWAYS.';
COMMENT ON SCHEMA dup_select IS 'Dup-select toolkit: insert, or find the existing row, for any table.';

REVOKE ALL ON SCHEMA exograph, exograph_in, dup_select FROM PUBLIC;
GRANT USAGE ON SCHEMA exograph TO exograph_loader, exograph_reader;
GRANT USAGE ON SCHEMA exograph_in TO exograph_loader;
-- The toolkit works with the rights of whoever calls, so calling it gives nobody anything.
GRANT USAGE ON SCHEMA dup_select TO PUBLIC;
