-- What an installation consists of, in words that PostgreSQL 15 and 18 agree on.
WITH objects (acl, owner) AS (
    SELECT relacl, relowner FROM pg_class
    UNION ALL SELECT proacl, proowner FROM pg_proc
    UNION ALL SELECT nspacl, nspowner FROM pg_namespace
), rights AS (
    -- The owner's rights are left out: MAINTAIN came with 17.
    SELECT o.acl::text, string_agg(DISTINCT format('%s %s', CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END,
                                                   lower(a.privilege_type)), ', ') AS granted
    FROM objects o
    CROSS JOIN LATERAL aclexplode(o.acl) a
    WHERE a.grantee <> o.owner
    GROUP BY o.acl::text
), schemas AS (
    SELECT oid, nspname FROM pg_namespace
    WHERE nspname IN ('exograph', 'exograph_in', 'exograph_find', 'exograph_shard', 'exograph_cluster', 'exograph_all', 'dup_select')
), lines AS (
    SELECT nspname AS schema, '' AS object, 0 AS kind, 0 AS position,
           format('schema %s owner %s granted %s', nspname, pg_get_userbyid(n.nspowner),
                                                    (SELECT r.granted FROM rights r WHERE r.acl = n.nspacl::text)) AS line
    FROM pg_namespace n WHERE n.oid IN (SELECT oid FROM schemas)
    UNION ALL
    SELECT s.nspname, c.relname, 1, 0,
           format(E'\n%s %s.%s owner %s granted %s%s',
                  CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view' WHEN 'c' THEN 'type'
                       ELSE 'sequence' END,
                  s.nspname, c.relname, pg_get_userbyid(c.relowner), (SELECT r.granted FROM rights r WHERE r.acl = c.relacl::text),
                  CASE WHEN c.relispartition THEN ' partition ' || pg_get_expr(c.relpartbound, c.oid) ELSE '' END)
    FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'S', 'c')
    UNION ALL
    SELECT s.nspname, c.relname, 2, a.attnum,
           format('    %s %s%s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                  CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation THEN ' collate "C"' ELSE '' END,
                  CASE WHEN a.attnotnull THEN ' not null' ELSE '' END,
                  CASE WHEN a.attidentity <> '' THEN ' identity ' || a.attidentity::text ELSE '' END,
                  ' default ' || pg_get_expr(d.adbin, d.adrelid))
    FROM pg_class c
    JOIN schemas s ON s.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'p', 'v', 'c')
    UNION ALL
    SELECT s.nspname, c.relname, 3, 0, format('    constraint %s %s', k.conname, pg_get_constraintdef(k.oid))
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN schemas s ON s.oid = c.relnamespace
    WHERE k.contype <> 'n'
    UNION ALL
    SELECT s.nspname, c.relname, 4, 0, '    ' || pg_get_indexdef(i.indexrelid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN schemas s ON s.oid = c.relnamespace
    UNION ALL
    SELECT s.nspname, c.relname, 5, 0, '    ' || pg_get_triggerdef(t.oid)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN schemas s ON s.oid = c.relnamespace
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT s.nspname, p.proname, 6, 0,
           format(E'\n%s %s.%s(%s)%s language %s %s security %s%s owner %s granted %s',
                  CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, s.nspname, p.proname,
                  pg_get_function_arguments(p.oid), ' returns ' || pg_get_function_result(p.oid), l.lanname,
                  CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
                  CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END,
                  ' set ' || array_to_string(p.proconfig, ' '), pg_get_userbyid(p.proowner),
                  coalesce((SELECT r.granted FROM rights r WHERE r.acl = p.proacl::text), CASE WHEN p.proacl IS NULL THEN 'PUBLIC execute' END))
    FROM pg_proc p JOIN schemas s ON s.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
)
SELECT line FROM lines ORDER BY schema COLLATE "C", object COLLATE "C", kind, position, line COLLATE "C"
