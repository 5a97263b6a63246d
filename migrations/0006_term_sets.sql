-- RUN ONCE. Journalled in exograph.schemaversions; what is released is never edited, a later migration amends it.
--
-- The terms of a fragment are one row: 92 of 100 rows of a corpus were pairs of fragment and term. 22M pairs as rows with a
-- B-tree take 1,780 MB, as sets with a GIN index 172 MB. What was the table fragment_terms becomes a view.

-- Also where another upgrader runs this, under a path and as a role of its own: what is bound here stays bound.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL ROLE exograph_owner;

-- What is written while pairs are copied would go with the table: loads and writers end first, in the order in which a load takes
-- these locks, and the next ones wait.
LOCK TABLE exograph.loads IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE exograph.gate IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE exograph.fragment_terms IN ACCESS EXCLUSIVE MODE;

-- What others have made of the table, and would go without a word or stop this at its end, after the work.
DO $$
DECLARE
    v_detail text;
    v_lost   text;
    v_again  text;
BEGIN
    BEGIN
        IF to_regclass('exograph_in.fragment_terms') IS NOT NULL THEN
            DROP VIEW exograph_in.fragment_terms;
        END IF;
        DROP TABLE exograph.fragment_terms;
        RAISE EXCEPTION 'it can be dropped';
    EXCEPTION
        WHEN raise_exception THEN
            NULL;
        WHEN dependent_objects_still_exist THEN
            GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
            RAISE EXCEPTION 'table exograph.fragment_terms becomes a view, and other objects depend on it'
                USING ERRCODE = 'XG013', DETAIL = v_detail,
                HINT = 'Drop these objects, migrate, and make them again. A view of that name has the same columns.';
    END;
    SELECT string_agg(o.what, '; ' ORDER BY o.what) INTO v_detail
    FROM (
        SELECT pg_describe_object('pg_class'::regclass, a.attrelid, a.attnum)
        FROM pg_attribute a
        WHERE a.attrelid = 'exograph.fragment_terms'::regclass AND a.attnum > 0 AND NOT a.attisdropped
            AND a.attname NOT IN ('fragment_id', 'term_id', 'load_id')
        UNION ALL
        SELECT 'comment on ' || pg_describe_object(d.classoid, d.objoid, d.objsubid)
        FROM pg_description d
        WHERE d.classoid = 'pg_class'::regclass
            AND d.objoid IN (SELECT t.relid FROM pg_partition_tree('exograph.fragment_terms') t)
            AND d.description <> 'Facts: which fragment holds which term. No foreign keys: checking 100M narrow rows costs more '
                'than it gives, so a trigger on fragments deletes their rows here.'
        UNION ALL
        SELECT pg_describe_object(d.classid, d.objid, d.objsubid)
        FROM pg_depend d
        LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
        LEFT JOIN pg_trigger g ON d.classid = 'pg_trigger'::regclass AND g.oid = d.objid
        LEFT JOIN pg_proc f ON f.oid = g.tgfoid
        LEFT JOIN pg_constraint n ON d.classid = 'pg_constraint'::regclass AND n.oid = d.objid
        WHERE d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'
            AND d.refobjid IN (SELECT t.relid FROM pg_partition_tree('exograph.fragment_terms') t)
            AND d.classid NOT IN ('pg_attrdef'::regclass, 'pg_publication_rel'::regclass)
            AND c.relispartition IS NOT TRUE
            AND d.objid NOT IN ('exograph.fragment_terms_identity'::regclass, 'exograph.fragment_terms_fragment_id'::regclass)
            AND f.pronamespace IS DISTINCT FROM 'exograph'::regnamespace -- a trigger of ours
            AND n.contype IS DISTINCT FROM 'n'
    ) AS o (what);
    IF v_detail IS NOT NULL THEN
        RAISE EXCEPTION 'table exograph.fragment_terms becomes a view, and would take along what others have made of it'
            USING ERRCODE = 'XG013', DETAIL = v_detail,
            HINT = 'Drop these objects, and comments by COMMENT ON .. IS NULL, migrate, and make again on '
                   'exograph.fragment_term_sets what is still wanted.';
    END IF;
    SELECT string_agg(o.what, '; ' ORDER BY o.what), string_agg(o.again, ' ' ORDER BY o.what) INTO v_lost, v_again
    FROM (
        SELECT DISTINCT format('ALTER PUBLICATION %I DROP TABLE %s', p.pubname, r.prrelid::regclass),
               format('ALTER PUBLICATION %I ADD TABLE exograph.fragment_term_sets;', p.pubname)
        FROM pg_publication_rel r
        JOIN pg_publication p ON p.oid = r.prpubid
        WHERE r.prrelid IN (SELECT t.relid FROM pg_partition_tree('exograph.fragment_terms') t)
        UNION ALL
        SELECT DISTINCT format('REVOKE ALL ON exograph.fragment_terms FROM %s', g.name),
               format('GRANT SELECT ON exograph.fragment_terms, exograph.fragment_term_sets TO %s;', g.name)
        FROM pg_class c
        CROSS JOIN LATERAL (
            SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS name
            FROM (SELECT c.relacl AS acl UNION ALL
                  SELECT t.attacl FROM pg_attribute t WHERE t.attrelid = c.oid) l, aclexplode(l.acl) a
            WHERE a.grantee NOT IN (c.relowner, 'exograph_loader'::regrole, 'exograph_reader'::regrole)
        ) g
        WHERE c.oid = 'exograph.fragment_terms'::regclass
            AND to_regclass('exograph_in.fragment_terms') IS NOT NULL -- else it has just been made
    ) AS o (what, again);
    IF v_lost IS NOT NULL THEN
        RAISE EXCEPTION 'table exograph.fragment_terms becomes a view, and is published or granted to others'
            USING ERRCODE = 'XG013', DETAIL = v_lost,
            HINT = 'Run the above, migrate, and then, as far as it is still wanted: ' || v_again;
    END IF;
END
$$;

CREATE TABLE exograph.fragment_term_sets (
    fragment_id bigint    NOT NULL,
    term_ids    integer[] NOT NULL,
    load_id     integer   NOT NULL DEFAULT 0
) PARTITION BY RANGE (load_id);

ALTER TABLE exograph.fragment_term_sets REPLICA IDENTITY FULL;

COMMENT ON TABLE exograph.fragment_term_sets IS
    'Facts: which fragment holds which terms. A row holds those that one load brought for a fragment, or one that a row-wise '
    'insert brought; the sets of one fragment are disjoint. The view exograph.fragment_terms shows pairs. No foreign keys: '
    'checking 100M references costs more than it gives, so triggers on fragments and terms take deleted ones out of here.';
COMMENT ON COLUMN exograph.fragment_term_sets.term_ids IS 'Ids of the terms, ascending, each once, at least one.';

COMMENT ON COLUMN exograph.load_rejects.staged_row IS
    'The row as it was staged; of a staged set the terms that break the rule: {"fragment_id": 3, "term_ids": [7, 9]}.';

-- With the bounds and numbers of the partitions that there are.
DO $$
DECLARE
    v_partition name;
    v_bounds    text;
    v_sets      text;
BEGIN
    FOR v_partition, v_bounds IN
        SELECT c.relname, pg_get_expr(c.relpartbound, c.oid)
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'exograph.fragment_terms'::regclass
        ORDER BY c.relname
    LOOP
        v_sets := replace(v_partition, 'fragment_terms_', 'fragment_term_sets_');
        EXECUTE format('CREATE TABLE exograph.%I PARTITION OF exograph.fragment_term_sets %s', v_sets, v_bounds);
        EXECUTE format('ALTER TABLE exograph.%I REPLICA IDENTITY FULL', v_sets);
        EXECUTE format('ALTER TABLE exograph.%I OWNER TO exograph_owner', v_sets);
        EXECUTE format('INSERT INTO exograph.%I (fragment_id, term_ids, load_id)
                        SELECT t.fragment_id, array_agg(t.term_id ORDER BY t.term_id), t.load_id
                        FROM exograph.%I t
                        GROUP BY t.fragment_id, t.load_id, CASE t.load_id WHEN 0 THEN t.term_id END', v_sets, v_partition);
    END LOOP;
END
$$;

-- By it a row-wise insert finds its like in the identity, however many a fragment has.
ALTER TABLE exograph.fragment_term_sets_shared
    ADD CONSTRAINT row_wise_set_holds_one_term_at_most CHECK (load_id <> 0 OR cardinality(term_ids) <= 1);

-- The sets of one fragment are disjoint, so that their first terms differ. Of rows with one term, which row-wise inserts make, it
-- is the pair: one set for all of them, which grows, took 80 to 190 us a pair instead of 27. The load comes before the term: what
-- loads brought for a fragment is found without reading those rows.
CREATE UNIQUE INDEX fragment_term_sets_identity ON exograph.fragment_term_sets (fragment_id, load_id, (term_ids[1]));
CREATE INDEX fragment_term_sets_term_ids ON exograph.fragment_term_sets USING gin (term_ids);
-- Row-wise inserts take 27 us a pair without a list of pending entries, and 66 with it. Loads of few rows pay for that, 10 us a
-- pair. What deletes terms of a partition has the list: 20 terms of 100,000 sets took 45 s without.
ALTER INDEX exograph.fragment_term_sets_shared_term_ids_idx SET (fastupdate = off);

ALTER TABLE exograph.fragment_term_sets OWNER TO exograph_owner;

-- The inserter view, where code was applied before, is made again with the code.
DO $$
BEGIN
    IF to_regclass('exograph_in.fragment_terms') IS NOT NULL THEN
        DROP VIEW exograph_in.fragment_terms;
    END IF;
END
$$;

DROP TABLE exograph.fragment_terms;

-- Loads that are open may still bring sets. Those of reserved ids may become a partition as they are: LOGGED, as their facts.
DO $$
DECLARE
    v_load    integer;
    v_schema  text;
    v_logged  boolean;
    v_grantee text;
BEGIN
    FOR v_load, v_schema, v_logged IN
        SELECT l.load_id, n.nspname, c.relpersistence = 'p'
        FROM exograph.loads l
        JOIN pg_namespace n ON n.nspname = 'exograph_load_' || l.load_id AND n.nspowner = 'exograph_owner'::regrole
        JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'staged_fragment_terms'
        WHERE l.state = 'open'
    LOOP
        EXECUTE format('CREATE %s TABLE %I.staged_fragment_term_sets (fragment_id bigint, term_ids integer[], load_id integer) '
                       'WITH (autovacuum_enabled = false)', CASE WHEN v_logged THEN '' ELSE 'UNLOGGED' END, v_schema);
        EXECUTE format('ALTER TABLE %I.staged_fragment_term_sets ALTER load_id SET DEFAULT %s, REPLICA IDENTITY FULL',
                       v_schema, v_load);
        FOR v_grantee IN
            SELECT DISTINCT g.grantee::regrole::text
            FROM pg_class c, aclexplode(c.relacl) g
            WHERE c.oid = format('%I.staged_fragment_terms', v_schema)::regclass
                AND g.grantee NOT IN (0, c.relowner) AND g.privilege_type = 'TRUNCATE'
        LOOP
            EXECUTE format('GRANT SELECT, DELETE, TRUNCATE, INSERT (fragment_id, term_ids), UPDATE (fragment_id, term_ids) '
                           'ON %I.staged_fragment_term_sets TO %s', v_schema, v_grantee);
        END LOOP;
    END LOOP;
END
$$;
