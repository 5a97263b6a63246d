SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What is not as it should be: the kind, as it is, as it should be or might be tried, and the statement that does it. What is
-- only told has no statement.
CREATE TYPE exograph_private.advice AS (finding text, here text, to_try text, mend text);

-- Rights that somebody has on what is ours, by names, but for the owner's.
CREATE VIEW exograph_private.rights AS
SELECT o.kind, o.name, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee)::text END AS grantee, a.privilege_type,
       o.schema
FROM (
    SELECT 'SCHEMA' AS kind, quote_ident(n.nspname) AS name, coalesce(n.nspacl, acldefault('n', n.nspowner)) AS acl,
           n.nspowner AS owner, n.nspname AS schema
    FROM pg_namespace n
    UNION ALL
    SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass::text, c.relacl, c.relowner,
           c.relnamespace::regnamespace::text
    FROM pg_class c
    WHERE c.relkind IN ('r', 'p', 'v', 'S')
    UNION ALL
    SELECT CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure::text,
           coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner, p.pronamespace::regnamespace::text
    FROM pg_proc p
) o
CROSS JOIN LATERAL aclexplode(o.acl) a
WHERE o.schema IN ('exograph', 'exograph_in', 'exograph_find', 'exograph_shard', 'exograph_cluster', 'exograph_all',
                   'exograph_private', 'dup_select', 'dup_select_private')
    AND a.grantee <> o.owner;

-- What migrating has granted, noted by rights.sql at its end: a restore, or somebody, may have taken some of it away since.
CREATE TABLE exograph_private.granted (
    kind           text,
    name           text,
    grantee        text,
    privilege_type text,
    schema         text,
    CONSTRAINT granted_pkey PRIMARY KEY (kind, name, grantee, privilege_type)
);

-- Powers and memberships of the three roles, and rights that are missing or too many. What a DBA has given others is left alone,
-- but for rights in the private schemas, and to create in any.
CREATE OR REPLACE FUNCTION exograph_private.advise_on_roles() RETURNS SETOF exograph_private.advice
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH ours AS (
        SELECT r.* FROM pg_roles r WHERE r.rolname IN ('exograph_owner', 'exograph_loader', 'exograph_reader')
    )
    SELECT 'powers of ' || o.rolname, p.powers, 'none', format('ALTER ROLE %I %s;', o.rolname, p.mend)
    FROM ours o
    CROSS JOIN LATERAL (
        SELECT string_agg(v.power, ', ') AS powers, string_agg('NO' || v.power, ' ') AS mend
        FROM (VALUES ('SUPERUSER', o.rolsuper), ('LOGIN', o.rolcanlogin), ('CREATEROLE', o.rolcreaterole),
                     ('CREATEDB', o.rolcreatedb), ('REPLICATION', o.rolreplication), ('BYPASSRLS', o.rolbypassrls))
            AS v (power, has)
        WHERE v.has
    ) p
    WHERE p.powers IS NOT NULL
    UNION ALL
    SELECT 'memberships of ' || o.rolname, 'member of ' || quote_ident(g.rolname), 'no member of it',
           format('REVOKE %I FROM %I;', g.rolname, o.rolname)
    FROM ours o
    JOIN pg_auth_members m ON m.member = o.oid
    JOIN pg_roles g ON g.oid = m.roleid
    WHERE g.rolname <> 'pg_read_all_stats'
        AND (o.rolname = 'exograph_owner' OR g.rolname NOT IN ('exograph_loader', 'exograph_reader'))
    UNION ALL
    SELECT 'missing right', 'exograph_owner may not create in database ' || quote_ident(current_database()), 'CREATE',
           format('GRANT CREATE ON DATABASE %I TO exograph_owner;', current_database())
    WHERE NOT has_database_privilege('exograph_owner', current_database(), 'CREATE')
    UNION ALL
    SELECT 'missing right', format('%s on %s for %s', g.privilege_type, g.name, g.grantee), 'granted',
           format('GRANT %s ON %s %s TO %s;', g.privilege_type, g.kind, g.name, g.grantee)
    FROM exograph_private.granted g
    WHERE g.grantee IN ('PUBLIC', 'exograph_loader', 'exograph_reader')
        AND NOT EXISTS (SELECT FROM exograph_private.rights r
                        WHERE (r.kind, r.name, r.grantee, r.privilege_type) = (g.kind, g.name, g.grantee, g.privilege_type))
    UNION ALL
    SELECT 'right too many', format('%s on %s for %s', r.privilege_type, r.name, r.grantee), 'revoked',
           format('REVOKE %s ON %s %s FROM %s;', r.privilege_type, r.kind, r.name,
                  CASE r.grantee WHEN 'PUBLIC' THEN 'PUBLIC' ELSE quote_ident(r.grantee) END)
    FROM exograph_private.rights r
    WHERE (r.grantee IN ('PUBLIC', 'exograph_loader', 'exograph_reader') OR r.schema LIKE '%\_private'
           OR r.privilege_type = 'CREATE')
        AND NOT EXISTS (SELECT FROM exograph_private.granted g
                        WHERE (r.kind, r.name, r.grantee, r.privilege_type) = (g.kind, g.name, g.grantee, g.privilege_type))
    ORDER BY 1, 2
$$;

-- Settings that slow loads or questions down, or end them. The server does not know how much memory the machine has. What
-- docs/figures.md and docs/decisions.md have measured is told with the figure.
CREATE OR REPLACE FUNCTION exograph_private.advise_on_settings() RETURNS SETOF exograph_private.advice
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT 'setting ' || a.name, current_setting(a.name), a.to_try,
           format(CASE a.scope WHEN 'database' THEN 'ALTER DATABASE %3$I SET %1$I = %2$L;'
                               WHEN 'restart' THEN 'ALTER SYSTEM SET %1$I = %2$L; -- and restart'
                               ELSE 'ALTER SYSTEM SET %1$I = %2$L; SELECT pg_reload_conf();' END,
                  a.name, a.value, current_database())
    FROM (VALUES
        ('fsync', current_setting('fsync') = 'off', 'on', 'on: a crash may cost the database', 'server'),
        ('full_page_writes', current_setting('full_page_writes') = 'off', 'on', 'on: a crash may cost the database', 'server'),
        ('autovacuum', current_setting('autovacuum') = 'off', 'on', 'on: loads analyze, but what is deleted stays', 'server'),
        ('track_counts', current_setting('track_counts') = 'off', 'on', 'on: autovacuum needs it', 'server'),
        ('shared_buffers', pg_size_bytes(current_setting('shared_buffers')) < pg_size_bytes('512MB'), '1GB',
         'a quarter of the memory; the questions were measured with 2 GB', 'restart'),
        ('effective_cache_size',
         pg_size_bytes(current_setting('effective_cache_size')) < pg_size_bytes(current_setting('shared_buffers')), '4GB',
         'half of the memory or more: the planner believes it', 'server'),
        ('max_wal_size', pg_size_bytes(current_setting('max_wal_size')) < pg_size_bytes('4GB'), '4GB',
         '4 GB: 22M rows write 640 MB of WAL, and each checkpoint has pages written whole again', 'server'),
        ('checkpoint_timeout', extract(epoch FROM current_setting('checkpoint_timeout')::interval) < 900, '15min',
         '15 min: as for max_wal_size', 'server'),
        ('wal_level', current_setting('wal_level') = 'logical' AND NOT EXISTS (SELECT FROM pg_publication)
                      AND NOT EXISTS (SELECT FROM pg_replication_slots s WHERE s.slot_type = 'logical'), 'replica',
         'replica where nothing is published: deleting 141,000 facts writes 29 MB instead of 24', 'restart'),
        ('work_mem', pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('16MB'), '64MB',
         '64 MB for questions, as they were measured; loads take it by themselves', 'database'),
        ('maintenance_work_mem', pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes('256MB'), '512MB',
         '512 MB for VACUUM and restores: GIN over 22M pairs takes 4.6 s instead of 5.6 with 256; loads take it by themselves',
         'server'),
        ('max_parallel_maintenance_workers', current_setting('max_parallel_maintenance_workers')::integer < 2
                                             AND current_setting('max_worker_processes')::integer > 2, '2',
         '2 or more, up to the cores: indexes are built by as many', 'server'),
        ('max_parallel_workers', current_setting('max_parallel_workers')::integer < 2, '8', '8: without them a load has one core',
         'server'),
        ('max_parallel_workers_per_gather', current_setting('max_parallel_workers_per_gather')::integer < 2, '2',
         '2: counting rejects of 10M rows took 5 s in parallel, 11 without', 'server'),
        ('jit', current_setting('jit') = 'on', 'off', 'off: questions of milliseconds are compiled otherwise', 'database'),
        ('enable_partitionwise_aggregate', current_setting('enable_partitionwise_aggregate') = 'off', 'on',
         'on: what is counted by name takes half the time', 'database'),
        ('default_transaction_read_only', current_setting('default_transaction_read_only') = 'on', 'off',
         'off for who loads: it is not overruled', 'database'),
        ('default_transaction_isolation', current_setting('default_transaction_isolation') NOT LIKE 'read %', 'read committed',
         'read committed: finalize_load by hand refuses others', 'database'),
        ('statement_timeout', current_setting('statement_timeout') <> '0', '0',
         '0 for who loads: a load that takes longer is cancelled', 'database')
    ) AS a (name, is_found, value, to_try, scope)
    WHERE a.is_found
    UNION ALL
    SELECT 'compression of ' || c.column_name, 'pglz', 'lz4: written in 0.7 s instead of 5.7, searched in two thirds of the time',
           format('ALTER TABLE exograph.%I ALTER %I SET COMPRESSION lz4;', c.table_name, c.column_name)
    FROM (VALUES ('files', 'source'), ('files', 'comments_text'), ('fragments', 'ast')) AS c (table_name, column_name)
    JOIN pg_attribute t ON t.attrelid = format('exograph.%I', c.table_name)::regclass AND t.attname = c.column_name
    WHERE t.attcompression <> 'l'
        AND (SELECT 'lz4' = ANY (s.enumvals) FROM pg_settings s WHERE s.name = 'default_toast_compression')
$$;

-- How many of some 300 terms nothing uses; of fewer than 10,000 terms nothing is said. By GIN, whatever the planner thinks of it.
CREATE OR REPLACE FUNCTION exograph_private.sample_terms(OUT terms bigint, OUT unused bigint)
LANGUAGE plpgsql STABLE SECURITY INVOKER SET enable_seqscan = off AS $$
DECLARE
    v_terms real := (SELECT c.reltuples FROM pg_class c WHERE c.oid = 'exograph.terms'::regclass);
BEGIN
    IF v_terms >= 10000 THEN
        SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT FROM exograph.fragment_term_sets s
                                                            WHERE s.term_ids @> ARRAY[t.id]))
        INTO terms, unused
        FROM exograph.terms t TABLESAMPLE BERNOULLI (least(100, 30000 / v_terms));
    END IF;
END
$$;

-- Staging that lies about, what open loads will need (62 MB staged took 155 MB more at the peak, and 145 of WAL), partitions that
-- pile up, terms that nothing uses.
CREATE OR REPLACE FUNCTION exograph_private.advise_on_loads() RETURNS SETOF exograph_private.advice
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT 'staging',
           format('load %s, %L of role %s, open since %s, %s staged', o.load_id, left(o.label, 40),
                  coalesce(quote_ident(o.owner), o.started_by || ', which is gone'), o.started_at::date,
                  pg_size_pretty(coalesce(o.staged_bytes, 0))),
           'finalize or abandon it', format('CALL exograph.abandon_load(%s);', o.load_id)
    FROM exograph.open_loads o
    WHERE o.phase IS NULL AND (o.owner IS NULL OR o.started_at < now() - interval '7 days')
    UNION ALL
    SELECT 'disk', format('%s staged in open loads', pg_size_pretty(sum(o.staged_bytes))),
           format('%s free to finalize the largest, and %s for its WAL; no SQL tells what is free: df on what '
                  'SHOW data_directory says', pg_size_pretty(5 * max(o.staged_bytes) / 2),
                  pg_size_pretty(5 * max(o.staged_bytes) / 2)), NULL
    FROM exograph.open_loads o
    HAVING sum(o.staged_bytes) > 1073741824
    UNION ALL
    SELECT 'partitions', format('%s has %s', c.table_name, c.partitions),
           format('at most %s', exograph_private.most_partitions()), 'SELECT * FROM exograph.merge_partitions();'
    FROM exograph_private.crowded_tables(exograph_private.most_partitions()) c
    UNION ALL
    SELECT 'unused terms', format('some %s of 100 terms, of a sample', 100 * s.unused / s.terms), 'sweep them',
           'SELECT * FROM exograph.sweep_terms();'
    FROM exograph_private.sample_terms() s
    WHERE s.terms > 0 AND 5 * s.unused > s.terms
$$;

-- Eight digits that tell one version of the code from another: of the hashes of its files, by name.
CREATE OR REPLACE FUNCTION exograph_private.code_version() RETURNS text
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT left(encode(sha256(string_agg(c.name || ' ' || c.sha256, E'\n' ORDER BY c.name COLLATE "C")::bytea), 'hex'), 8)
    FROM exograph.code_versions c
$$;

-- What is installed, and what a superuser may allow.
CREATE OR REPLACE FUNCTION exograph_private.advise_on_versions() RETURNS SETOF exograph_private.advice
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT 'version', format('PostgreSQL %s; schema %s; code %s of %s', current_setting('server_version'),
                             (SELECT left(max(v.scriptname), 4) FROM exograph.schemaversions v), exograph_private.code_version(),
                             (SELECT max(c.applied_at)::date FROM exograph.code_versions c)), NULL, NULL
    UNION ALL
    SELECT 'extensions', string_agg(format('%s %s', e.extname, e.extversion), ', ' ORDER BY e.extname), NULL, NULL
    FROM pg_extension e
$$;
