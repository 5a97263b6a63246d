SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What is wrong: the kind, where, what was found, and the statement that mends it.
CREATE TYPE exograph_private.finding AS (finding text, object text, detail text, mend text);

-- Constraints that are missing, not validated or not enforced, or not what they were.
CREATE OR REPLACE FUNCTION exograph_private.check_constraints() RETURNS SETOF exograph_private.finding
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH compared AS (
        SELECT format('exograph.%I', e.table_name) AS table_name, e.name, e.definition, c.oid, c.convalidated,
               to_jsonb(c) ->> 'conenforced' = 'false' AS is_idle, -- from PostgreSQL 18
               regexp_replace(pg_get_constraintdef(c.oid), ' NOT (VALID|ENFORCED)$', '') AS found
        FROM exograph_private.expected_constraints e
        LEFT JOIN pg_constraint c ON c.conrelid = to_regclass(format('exograph.%I', e.table_name)) AND c.conname = e.name
    )
    SELECT 'missing constraint', c.table_name, c.definition,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s;', c.table_name, c.name, c.definition)
    FROM compared c
    WHERE c.oid IS NULL
    UNION ALL
    SELECT 'other constraint', c.table_name, format('%I is %s instead of %s', c.name, c.found, c.definition),
           format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I %s;', c.table_name, c.name, c.definition)
    FROM compared c
    WHERE c.found <> c.definition
    UNION ALL
    SELECT 'constraint not enforced', c.table_name, format('%I: %s', c.name, c.found),
           format('ALTER TABLE %s ALTER CONSTRAINT %I ENFORCED;', c.table_name, c.name)
    FROM compared c
    WHERE c.is_idle
    UNION ALL
    SELECT 'constraint not validated', c.table_name, format('%I: rows that were there before may break it', c.name),
           format('ALTER TABLE %s VALIDATE CONSTRAINT %I;', c.table_name, c.name)
    FROM compared c
    WHERE NOT c.convalidated AND c.is_idle IS NOT TRUE
    ORDER BY 1, 2, 3
$$;

-- Triggers that are missing or do not fire; those by which foreign keys work count as one per table.
CREATE OR REPLACE FUNCTION exograph_private.check_triggers() RETURNS SETOF exograph_private.finding
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH compared AS (
        SELECT format('%I.%I', e.schema_name, e.table_name) AS table_name, e.name, e.definition, t.tgenabled
        FROM exograph_private.expected_triggers e
        LEFT JOIN pg_trigger t ON t.tgrelid = to_regclass(format('%I.%I', e.schema_name, e.table_name)) AND t.tgname = e.name
    )
    SELECT 'missing trigger', c.table_name, c.name, c.definition || ';'
    FROM compared c
    WHERE c.tgenabled IS NULL
    UNION ALL
    SELECT 'disabled trigger', c.table_name, c.name, format('ALTER TABLE %s ENABLE TRIGGER %I;', c.table_name, c.name)
    FROM compared c
    WHERE c.tgenabled NOT IN ('O', 'A')
    UNION ALL
    SELECT 'foreign keys disabled', t.tgrelid::regclass::text,
           format('%s triggers of foreign keys do not fire; only a superuser may have done so, or mends it', count(*)),
           format('ALTER TABLE %s ENABLE TRIGGER ALL;', t.tgrelid::regclass)
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'exograph'::regnamespace AND t.tgisinternal AND t.tgenabled NOT IN ('O', 'A')
    GROUP BY t.tgrelid
    ORDER BY 1, 2, 3
$$;

-- Indexes that are missing, deferred or not valid. What an interrupted REINDEX CONCURRENTLY has left is dropped.
CREATE OR REPLACE FUNCTION exograph_private.check_indexes() RETURNS SETOF exograph_private.finding
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    SELECT CASE WHEN d.index_name IS NULL THEN 'missing index' ELSE 'deferred index' END,
           format('exograph.%I', e.table_name), e.name || coalesce(': ' || d.problem, ''),
           CASE WHEN d.index_name IS NULL THEN e.definition || ';' ELSE 'CALL exograph.rebuild_indexes();' END
    FROM exograph_private.expected_indexes e
    LEFT JOIN exograph.deferred_indexes d ON d.index_name = e.name
    WHERE to_regclass(format('exograph.%I', e.name)) IS NULL AND to_regclass(format('exograph.%I', e.table_name)) IS NOT NULL
    UNION ALL
    SELECT 'deferred index', format('exograph.%I', d.table_name), d.index_name || coalesce(': ' || d.problem, ''),
           'CALL exograph.rebuild_indexes();'
    FROM exograph.deferred_indexes d
    WHERE NOT EXISTS (SELECT FROM exograph_private.expected_indexes e WHERE e.name = d.index_name)
    UNION ALL
    SELECT 'invalid index', i.indrelid::regclass::text, c.relname,
           format(CASE WHEN c.relname ~ '_cc(new|old)[0-9]*$' THEN 'DROP INDEX %s;' ELSE 'REINDEX INDEX %s;' END,
                  i.indexrelid::regclass)
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = 'exograph'::regnamespace AND c.relkind = 'i' AND NOT (i.indisvalid AND i.indisready AND i.indislive)
    ORDER BY 1, 2, 3
$$;

-- Indexes of partitioned tables that a partition does not have, or has without being attached, so that they are not valid.
CREATE OR REPLACE FUNCTION exograph_private.check_partition_indexes() RETURNS SETOF exograph_private.finding
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH parents AS (
        SELECT i.indrelid, i.indexrelid, p.relname AS table_name, c.relname AS name, i.indisvalid,
               split_part(pg_get_indexdef(i.indexrelid), ' USING ', 2) AS definition, i.indisunique
        FROM pg_index i
        JOIN pg_class p ON p.oid = i.indrelid AND p.relkind = 'p'
        JOIN pg_class c ON c.oid = i.indexrelid
        WHERE p.relnamespace = 'exograph'::regnamespace
    ), children AS (
        SELECT x.*, n.inhrelid AS partition, l.relname AS partition_name, a.indexrelid AS attached
        FROM parents x
        JOIN pg_inherits n ON n.inhparent = x.indrelid AND NOT n.inhdetachpending
        JOIN pg_class l ON l.oid = n.inhrelid
        LEFT JOIN (pg_index a JOIN pg_inherits h ON h.inhrelid = a.indexrelid)
            ON a.indrelid = n.inhrelid AND h.inhparent = x.indexrelid
    )
    SELECT 'index not attached', c.partition::regclass::text,
           CASE WHEN e.index IS NULL THEN format('%s has no part here', c.name)
                ELSE format('%s is no part of %s, which is not valid', e.index, c.name) END,
           CASE WHEN e.index IS NULL THEN format('CREATE %sINDEX %I ON %s USING %s; ', CASE WHEN c.indisunique THEN 'UNIQUE ' END,
                                                 m.name, c.partition::regclass, c.definition) ELSE '' END
           || format('ALTER INDEX %s ATTACH PARTITION %s;', c.indexrelid::regclass,
                     coalesce(e.index::text, format('exograph.%I', m.name)))
    FROM children c
    CROSS JOIN LATERAL (
        SELECT left(c.partition_name || substr(c.name, length(c.table_name) + 1), 63) AS name
    ) m
    LEFT JOIN LATERAL (
        SELECT u.indexrelid::regclass AS index
        FROM pg_index u
        JOIN pg_class k ON k.oid = u.indexrelid
        WHERE u.indrelid = c.partition AND NOT k.relispartition AND u.indisunique = c.indisunique AND u.indisvalid
            AND split_part(pg_get_indexdef(u.indexrelid), ' USING ', 2) = c.definition
        LIMIT 1
    ) e ON true
    WHERE c.attached IS NULL
    UNION ALL
    SELECT 'invalid index', c.indrelid::regclass::text, format('%s, though all partitions have it', c.name),
           format('ALTER INDEX %s ATTACH PARTITION %s;', c.indexrelid::regclass, min(c.attached)::regclass)
    FROM children c
    WHERE NOT c.indisvalid
    GROUP BY c.indrelid, c.indexrelid, c.name
    HAVING bool_and(c.attached IS NOT NULL)
    ORDER BY 1, 2, 3
$$;

-- Tables of schema exograph that are neither one of ours nor a partition, and shared partitions that are not there. What has the
-- name of a partition of a finalized load, and takes nobody's place, is attached again.
CREATE OR REPLACE FUNCTION exograph_private.check_tables() RETURNS SETOF exograph_private.finding
LANGUAGE sql STABLE SECURITY INVOKER AS $$
    WITH others AS (
        SELECT c.oid, c.relname, h.inhdetachpending IS TRUE AS is_pending, p.parent, p.first_load, p.last_load
        FROM pg_class c
        LEFT JOIN pg_inherits h ON h.inhrelid = c.oid
        LEFT JOIN LATERAL (
            SELECT t.table_name AS parent, m.parts[1]::bigint AS first_load, coalesce(m.parts[3], m.parts[1])::bigint AS last_load
            FROM exograph_private.staging_tables t
            CROSS JOIN regexp_match(c.relname, '^' || t.table_name || '_load_([0-9]{1,9})(_to_([0-9]{1,9}))?$') AS m (parts)
            WHERE t.kind IN ('fact', 'set') AND m.parts IS NOT NULL
        ) p ON true
        WHERE c.relnamespace = 'exograph'::regnamespace AND c.relkind IN ('r', 'p', 'f', 'm')
            AND (NOT c.relispartition OR h.inhdetachpending)
            AND c.relname NOT IN (SELECT e.table_name FROM exograph_private.expected_tables e)
    )
    SELECT 'partition not attached', o.oid::regclass::text,
           CASE WHEN a.attachable THEN format('holds load %s', concat_ws(' to ', o.first_load, nullif(o.last_load, o.first_load)))
                ELSE 'of no finalized load, or in whose place there is another partition: look at its rows first' END,
           CASE WHEN o.is_pending
                THEN format('ALTER TABLE exograph.%I DETACH PARTITION %s FINALIZE; ', o.parent, o.oid::regclass) ELSE '' END
           || CASE WHEN a.attachable
                   THEN format('ALTER TABLE exograph.%I ATTACH PARTITION %s FOR VALUES FROM (%s) TO (%s);',
                               o.parent, o.oid::regclass, o.first_load, o.last_load + 1)
                   ELSE format('DROP TABLE %s;', o.oid::regclass) END
    FROM others o
    CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT FROM exograph.loads l
                       WHERE l.load_id BETWEEN o.first_load AND o.last_load AND l.state = 'finalized')
               AND NOT EXISTS (SELECT FROM exograph.fact_partitions p
                               WHERE p.table_name = o.parent AND p.partition_name <> o.relname
                                   AND p.first_load <= o.last_load AND p.last_load >= o.first_load) AS attachable
    ) a
    WHERE o.parent IS NOT NULL
    UNION ALL
    SELECT 'table of others', o.oid::regclass::text, 'no table of Exograph: it keeps uninstall from ending',
           format('ALTER TABLE %s SET SCHEMA public;', o.oid::regclass)
    FROM others o
    WHERE o.parent IS NULL
    UNION ALL
    SELECT 'missing partition', format('exograph.%I', t.table_name), 'no partition for single rows and small loads',
           format('CREATE TABLE exograph.%I PARTITION OF exograph.%I FOR VALUES FROM (MINVALUE) TO (1); '
                  'ALTER TABLE exograph.%1$I OWNER TO exograph_owner, REPLICA IDENTITY FULL;', t.table_name || '_shared',
                  t.table_name)
    FROM exograph_private.staging_tables t
    WHERE t.kind IN ('fact', 'set')
        AND NOT EXISTS (SELECT FROM exograph.fact_partitions p WHERE p.table_name = t.table_name AND p.first_load IS NULL)
    ORDER BY 1, 2
$$;
