SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- Of what is public, which has a COMMENT, its first sentence. What constraints, indexes, triggers and questions call is not for
-- people.
CREATE OR REPLACE FUNCTION exograph.help() RETURNS TABLE (call text, does text)
LANGUAGE sql STABLE SECURITY INVOKER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.call, regexp_replace(regexp_replace(c.comment, '\s+', ' ', 'g'), '^(.*?\.)( .*)?$', '\1')
    FROM (
        SELECT 1 AS place,
               format(CASE WHEN p.prokind = 'p' THEN 'CALL %s(%s)' WHEN p.proretset THEN 'SELECT * FROM %s(%s)'
                           ELSE 'SELECT %s(%s)' END, p.oid::regproc,
                      (SELECT concat(string_agg(a.name, ', ' ORDER BY a.n) FILTER (WHERE a.n <= p.pronargs - p.pronargdefaults),
                                     CASE WHEN p.pronargs > p.pronargdefaults AND p.pronargdefaults > 0 THEN ' ' END,
                                     '[' || string_agg(a.name, ', ' ORDER BY a.n)
                                         FILTER (WHERE a.n > p.pronargs - p.pronargdefaults) || ']')
                       FROM unnest(p.proargnames) WITH ORDINALITY AS a (name, n)
                       WHERE a.n <= p.pronargs)) AS call,
               obj_description(p.oid, 'pg_proc') AS comment
        FROM pg_proc p
        WHERE p.pronamespace IN (SELECT n.oid FROM pg_namespace n
                                 WHERE n.nspname IN ('exograph', 'exograph_find', 'exograph_cluster', 'exograph_all',
                                                     'dup_select'))
            AND p.prorettype <> 'trigger'::regtype AND p.proname !~ '_is_printable$'
            AND obj_description(p.oid, 'pg_proc') !~ '^For \w+: '
            AND has_function_privilege(p.oid, 'EXECUTE')
        UNION ALL
        SELECT 2, 'TABLE ' || c.oid::regclass, obj_description(c.oid, 'pg_class')
        FROM pg_class c
        WHERE c.relnamespace IN ('exograph'::regnamespace, 'exograph_cluster'::regnamespace, 'exograph_all'::regnamespace)
            AND c.relkind = 'v' AND has_table_privilege(c.oid, 'SELECT')
        UNION ALL
        SELECT 3, 'INSERT INTO ' || c.oid::regclass, obj_description(c.oid, 'pg_class')
        FROM pg_class c
        WHERE c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = 'exograph_in') AND c.relkind = 'v'
            AND has_table_privilege(c.oid, 'INSERT')
    ) c
    ORDER BY c.place, c.call
$$;

COMMENT ON FUNCTION exograph.help() IS
'The public calls that the role in force may make, views and inserter views, each with what it does; arguments in brackets have a
default. \df+ and \d+ show the rest.';
